"""What works on contacts: rules, forms, vocabularies, tables, addresses, settings (see check_shapes.py)."""

from shapes import client, equal, refused


def contacts(endpoint):
    c = client("connect", endpoint)
    instance = c.list_instances()["InstanceSummaryList"][0]["Id"]
    here = {"InstanceId": instance}
    flow = c.list_contact_flows(**here)["ContactFlowSummaryList"][0]["Id"]

    rule = {**here, "Name": "Urgent", "Function": "{}", "Actions": [], "PublishStatus": "DRAFT"}
    one = c.create_rule(**rule, TriggerEventSource={"EventSourceName": "OnPostCallAnalysisAvailable"}, Tags={"a": "b"})["RuleId"]
    refused("ResourceConflictException", c.create_rule, **rule, TriggerEventSource={"EventSourceName": "OnCaseCreate"})
    refused("InvalidRequestException", c.update_rule, **{**rule, "Name": "Other"}, RuleId=one)
    c.update_rule(**{**rule, "Function": "[]"}, RuleId=one)
    got = c.describe_rule(**here, RuleId=one)["Rule"]
    equal((got["Function"], got["Tags"]), ("[]", {"a": "b"}), "rule")
    equal([it["Name"] for it in c.list_rules(**here)["RuleSummaryList"]], ["Urgent"], "rules")
    c.delete_rule(**here, RuleId=one)
    refused("ResourceNotFoundException", c.describe_rule, **here, RuleId=one)

    items = [{"Section": {"Title": "All", "RefId": "s", "Items": [
        {"Question": {"Title": "?", "RefId": "q", "QuestionType": "TEXT"}}]}}]
    form = {**here, "EvaluationFormId": c.create_evaluation_form(**here, Title="Score", Items=items)["EvaluationFormId"]}
    c.activate_evaluation_form(**form, EvaluationFormVersion=1)
    refused("ResourceConflictException", c.update_evaluation_form, **form, EvaluationFormVersion=1, Title="S", Items=items)
    c.update_evaluation_form(**form, EvaluationFormVersion=1, CreateNewVersion=True, Title="Scores", Items=items)
    equal(c.describe_evaluation_form(**form)["EvaluationForm"]["Title"], "Scores", "the latest version")
    equal(c.list_evaluation_forms(**here)["EvaluationFormSummaryList"][0]["ActiveVersion"], 1, "the active version")
    equal(len(c.list_evaluation_form_versions(**form)["EvaluationFormVersionSummaryList"]), 2, "versions")
    c.deactivate_evaluation_form(**form, EvaluationFormVersion=1)
    c.delete_evaluation_form(**form)

    words = c.create_vocabulary(**here, VocabularyName="Words", LanguageCode="en-US", Content="Phrase\nx")
    at = {**here, "VocabularyId": words["VocabularyId"]}
    while c.describe_vocabulary(**at)["Vocabulary"]["State"] != "ACTIVE":
        pass
    c.associate_default_vocabulary(**at, LanguageCode="en-US")
    equal(len(c.list_default_vocabularies(**here)["DefaultVocabularyList"]), 1, "defaults")
    refused("ResourceInUseException", c.delete_vocabulary, **at)
    c.associate_default_vocabulary(**here, LanguageCode="en-US")
    equal(c.search_vocabularies(**here)["VocabularySummaryList"][0]["State"], "ACTIVE", "vocabularies")
    c.delete_vocabulary(**at)

    table = {**here, "DataTableId": c.create_data_table(
        **here, Name="Routes", TimeZone="UTC", ValueLockLevel="VALUE", Status="PUBLISHED")["Id"]}
    c.create_data_table_attribute(**table, Name="site", ValueType="TEXT", Primary=True)
    c.create_data_table_attribute(**table, Name="size", ValueType="NUMBER")
    value = {"PrimaryValues": [{"AttributeName": "site", "Value": "x"}], "AttributeName": "size"}
    got = c.batch_create_data_table_value(**table, Values=[{**value, "Value": "1"}, {**value, "Value": "no"}])
    equal((len(got["Successful"]), len(got["Failed"])), (1, 1), "a batch")
    lock = c.list_data_table_values(**table)["Values"][0]["LockVersion"]
    equal(len(c.batch_update_data_table_value(**table, Values=[{**value, "Value": "2"}])["Failed"]), 1, "without a lock")
    equal(len(c.batch_update_data_table_value(**table, Values=[{**value, "Value": "2", "LockVersion": lock}])["Failed"]), 0, "with one")
    c.list_data_table_primary_values(**table), c.describe_data_table(**table), c.list_data_tables(**here)
    c.update_data_table_attribute(**table, AttributeName="size", Name="length", ValueType="NUMBER")
    c.delete_data_table_attribute(**table, AttributeName="length")
    c.update_data_table_metadata(**table, Name="Ways", TimeZone="UTC", ValueLockLevel="NONE")
    equal(len(c.list_data_table_attributes(**table)["Attributes"]), 1, "attributes")
    c.delete_data_table(**table)

    mails = [c.create_email_address(**here, EmailAddress=name, DisplayName="A")["EmailAddressId"] for name in ("a@x.org", "b@x.org")]
    mail = {**here, "EmailAddressId": mails[0]}
    c.update_email_address_metadata(**mail, Description="first")
    c.associate_email_address_alias(**mail, AliasConfiguration={"EmailAddressId": mails[1]})
    c.associate_flow(**here, ResourceId=mails[0], FlowId=flow, ResourceType="INBOUND_EMAIL")
    c.get_flow_association(**here, ResourceId=mails[0], ResourceType="INBOUND_EMAIL")
    equal(len(c.list_flow_associations(**here, ResourceType="INBOUND_EMAIL")["FlowAssociationSummaryList"]), 1, "flows")
    c.disassociate_flow(**here, ResourceId=mails[0], ResourceType="INBOUND_EMAIL")
    equal(c.describe_email_address(**mail)["AliasConfigurations"][0]["EmailAddressId"], mails[1], "alias")
    equal(len(c.search_email_addresses(**here)["EmailAddresses"]), 2, "addresses")
    c.delete_email_address(**here, EmailAddressId=mails[1])
    c.delete_email_address(**mail)

    cases = {**here, "IntegrationAssociationId": c.create_integration_association(
        **here, IntegrationType="CASES_DOMAIN", IntegrationArn="arn:aws:cases:us-east-1:1:domain/d")["IntegrationAssociationId"]}
    use = c.create_use_case(**cases, UseCaseType="RULES_EVALUATION")["UseCaseId"]
    equal(c.list_use_cases(**cases)["UseCaseSummaryList"][0]["UseCaseId"], use, "use case")
    c.delete_use_case(**cases, UseCaseId=use), c.list_integration_associations(**here)
    c.delete_integration_association(**cases)

    s3 = {"StorageType": "S3", "S3Config": {"BucketName": "b", "BucketPrefix": "p"}}
    kind = {**here, "ResourceType": "CALL_RECORDINGS"}
    stored = {**kind, "AssociationId": c.associate_instance_storage_config(**kind, StorageConfig=s3)["AssociationId"]}
    refused("ResourceConflictException", c.associate_instance_storage_config, **kind, StorageConfig=s3)
    c.update_instance_storage_config(**stored, StorageConfig=s3), c.describe_instance_storage_config(**stored)
    equal(len(c.list_instance_storage_configs(**kind)["StorageConfigs"]), 1, "storage")
    c.disassociate_instance_storage_config(**stored)
    c.list_instance_attributes(**here), c.list_security_keys(**here)

    case = {**here, "TestCaseId": c.create_test_case(**here, Name="Call", Content="{}")["TestCaseId"]}
    refused("InvalidTestCaseException", c.update_test_case, **case, Content="no")
    c.update_test_case(**case, Description="plays")
    equal(c.describe_test_case(**case)["TestCase"]["Status"], "PUBLISHED", "test case")
    c.list_test_cases(**here)
    c.delete_test_case(**case)
