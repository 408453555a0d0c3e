//! What works on contacts: rules, evaluation forms, vocabularies, data tables, email addresses, integrations, test
//! cases, and the instance's own settings.

use super::super::answer::{Answer, Fail};
use super::super::world::Instance;
use super::env::Ask;
use super::{attribute, data_table, email, form, integration, rule, test_case, vocabulary};

/// Method, URI with `*` for a label, operation.
pub(crate) const ROUTES: &[(&str, &str, &str)] = &[
    ("POST", "rules/*", "CreateRule"),
    ("GET", "rules/*", "ListRules"),
    ("GET", "rules/*/*", "DescribeRule"),
    ("PUT", "rules/*/*", "UpdateRule"),
    ("DELETE", "rules/*/*", "DeleteRule"),
    ("GET", "instance/*/attributes", "ListInstanceAttributes"),
    ("GET", "instance/*/attribute/*", "DescribeInstanceAttribute"),
    ("POST", "instance/*/attribute/*", "UpdateInstanceAttribute"),
    ("PUT", "data-tables/*", "CreateDataTable"),
    ("GET", "data-tables/*", "ListDataTables"),
    ("GET", "data-tables/*/*", "DescribeDataTable"),
    ("POST", "data-tables/*/*", "UpdateDataTableMetadata"),
    ("DELETE", "data-tables/*/*", "DeleteDataTable"),
    ("PUT", "data-tables/*/*/attributes", "CreateDataTableAttribute"),
    ("POST", "data-tables/*/*/attributes", "ListDataTableAttributes"),
    ("POST", "data-tables/*/*/attributes/*", "UpdateDataTableAttribute"),
    ("DELETE", "data-tables/*/*/attributes/*", "DeleteDataTableAttribute"),
    ("POST", "data-tables/*/*/values/create", "BatchCreateDataTableValue"),
    ("POST", "data-tables/*/*/values/update", "BatchUpdateDataTableValue"),
    ("POST", "data-tables/*/*/values/delete", "BatchDeleteDataTableValue"),
    ("POST", "data-tables/*/*/values/list", "ListDataTableValues"),
    ("POST", "data-tables/*/*/values/list-primary", "ListDataTablePrimaryValues"),
    ("PUT", "evaluation-forms/*", "CreateEvaluationForm"),
    ("GET", "evaluation-forms/*", "ListEvaluationForms"),
    ("GET", "evaluation-forms/*/*", "DescribeEvaluationForm"),
    ("PUT", "evaluation-forms/*/*", "UpdateEvaluationForm"),
    ("DELETE", "evaluation-forms/*/*", "DeleteEvaluationForm"),
    ("POST", "evaluation-forms/*/*/activate", "ActivateEvaluationForm"),
    ("POST", "evaluation-forms/*/*/deactivate", "DeactivateEvaluationForm"),
    ("GET", "evaluation-forms/*/*/versions", "ListEvaluationFormVersions"),
    ("POST", "vocabulary/*", "CreateVocabulary"),
    ("GET", "vocabulary/*/*", "DescribeVocabulary"),
    ("POST", "vocabulary-remove/*/*", "DeleteVocabulary"),
    ("POST", "vocabulary-summary/*", "SearchVocabularies"),
    ("POST", "default-vocabulary-summary/*", "ListDefaultVocabularies"),
    ("PUT", "default-vocabulary/*/*", "AssociateDefaultVocabulary"),
    ("PUT", "email-addresses/*", "CreateEmailAddress"),
    ("GET", "email-addresses/*/*", "DescribeEmailAddress"),
    ("POST", "email-addresses/*/*", "UpdateEmailAddressMetadata"),
    ("DELETE", "email-addresses/*/*", "DeleteEmailAddress"),
    ("POST", "search-email-addresses", "SearchEmailAddresses"),
    ("POST", "email-addresses/*/*/associate-alias", "AssociateEmailAddressAlias"),
    ("POST", "email-addresses/*/*/disassociate-alias", "DisassociateEmailAddressAlias"),
    ("PUT", "flow-associations/*", "AssociateFlow"),
    ("DELETE", "flow-associations/*/*/*", "DisassociateFlow"),
    ("GET", "flow-associations/*/*/*", "GetFlowAssociation"),
    ("PUT", "instance/*/integration-associations", "CreateIntegrationAssociation"),
    ("GET", "instance/*/integration-associations", "ListIntegrationAssociations"),
    ("DELETE", "instance/*/integration-associations/*", "DeleteIntegrationAssociation"),
    ("PUT", "instance/*/integration-associations/*/use-cases", "CreateUseCase"),
    ("GET", "instance/*/integration-associations/*/use-cases", "ListUseCases"),
    ("DELETE", "instance/*/integration-associations/*/use-cases/*", "DeleteUseCase"),
    ("GET", "instance/*/security-keys", "ListSecurityKeys"),
    ("PUT", "instance/*/storage-config", "AssociateInstanceStorageConfig"),
    ("GET", "instance/*/storage-configs", "ListInstanceStorageConfigs"),
    ("GET", "instance/*/storage-config/*", "DescribeInstanceStorageConfig"),
    ("POST", "instance/*/storage-config/*", "UpdateInstanceStorageConfig"),
    ("DELETE", "instance/*/storage-config/*", "DisassociateInstanceStorageConfig"),
    ("PUT", "test-cases/*", "CreateTestCase"),
    ("GET", "test-cases-summary/*", "ListTestCases"),
    ("GET", "test-cases/*/*", "DescribeTestCase"),
    ("POST", "test-cases/*/*", "UpdateTestCase"),
    ("DELETE", "test-cases/*/*", "DeleteTestCase"),
];

/// Carries an operation of these out; nothing where it is of something else.
pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Option<Result<Answer, Fail>> {
    let operation = ask.call.operation.as_str();
    if !ROUTES.iter().any(|(_, _, known)| *known == operation) {
        return None;
    }
    let is = |word: &str| operation.contains(word);
    Some(if is("Rule") {
        rule::dispatch(instance, ask)
    } else if is("InstanceAttribute") {
        attribute::dispatch(instance, ask)
    } else if is("DataTable") {
        data_table::dispatch(instance, ask)
    } else if is("EvaluationForm") {
        form::dispatch(instance, ask)
    } else if is("Vocabular") {
        vocabulary::dispatch(instance, ask)
    } else if is("TestCase") {
        test_case::dispatch(instance, ask)
    } else if is("EmailAddress") || is("Flow") {
        email::dispatch(instance, ask)
    } else {
        integration::dispatch(instance, ask)
    })
}
