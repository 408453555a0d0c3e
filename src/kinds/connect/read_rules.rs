//! The calls that read what works on contacts: rules, evaluation forms, vocabularies, data tables, email addresses,
//! integrations and the instance's own settings.

use serde_json::{Value, json};

use super::calls::{Calls, unknown};
use crate::aws::Failure;
use crate::wire;

impl Calls {
    pub(super) async fn describe_rule(&self, call: &str, id: &str) -> Result<Value, Failure> {
        let c = &self.account.connect_once;
        let i = &self.instance;
        match call {
            "DescribeRule" => wire!(call, c.describe_rule().instance_id(i).rule_id(id)),
            "DescribeInstanceAttribute" => {
                wire!(call, c.describe_instance_attribute().instance_id(i).attribute_type(id.into()))
            }
            "DescribeDataTable" => wire!(call, c.describe_data_table().instance_id(i).data_table_id(id)),
            "DescribeEvaluationForm" => {
                // With `:` and a number behind the id it is that version that is meant.
                let (id, version) = id.split_once(':').unwrap_or((id, ""));
                let describe = c.describe_evaluation_form().instance_id(i).evaluation_form_id(id);
                wire!(call, describe.set_evaluation_form_version(version.parse().ok()))
            }
            "DescribeVocabulary" => wire!(call, c.describe_vocabulary().instance_id(i).vocabulary_id(id)),
            "DescribeEmailAddress" => {
                wire!(call, c.describe_email_address().instance_id(i).email_address_id(id))
            }
            "DescribeInstanceStorageConfig" => {
                let (kind, id) = id.split_once(':').unwrap_or(("", id));
                let describe = c.describe_instance_storage_config().instance_id(i).association_id(id);
                let mut answer = wire!(call, describe.resource_type(kind.into()))?;
                answer["ResourceType"] = json!(kind);
                Ok(answer)
            }
            "DescribeTestCase" => wire!(call, c.describe_test_case().instance_id(i).test_case_id(id)),
            _ => Err(unknown(call)),
        }
    }

    pub(super) async fn page_of_rules(
        &self,
        call: &str,
        of: &str,
        token: Option<String>,
    ) -> Result<Value, Failure> {
        let c = &self.account.connect_once;
        let i = &self.instance;
        macro_rules! page {
            ($builder:expr, $most:expr) => {
                wire!(call, $builder.max_results($most).set_next_token(token))
            };
        }
        match call {
            "ListRules" => page!(c.list_rules().instance_id(i), 200),
            "ListInstanceAttributes" => page!(c.list_instance_attributes().instance_id(i), 7),
            "ListDataTables" => page!(c.list_data_tables().instance_id(i), 1000),
            "ListDataTableAttributes" => {
                page!(c.list_data_table_attributes().instance_id(i).data_table_id(of), 1000)
            }
            "ListDataTableValues" => {
                page!(c.list_data_table_values().instance_id(i).data_table_id(of), 1000)
            }
            "ListEvaluationForms" => page!(c.list_evaluation_forms().instance_id(i), 100),
            "ListEvaluationFormVersions" => {
                page!(c.list_evaluation_form_versions().instance_id(i).evaluation_form_id(of), 100)
            }
            "SearchVocabularies" => page!(c.search_vocabularies().instance_id(i), 100),
            "ListDefaultVocabularies" => page!(c.list_default_vocabularies().instance_id(i), 100),
            "SearchEmailAddresses" => page!(c.search_email_addresses().instance_id(i), 100),
            "ListQueueEmailAddresses" => {
                page!(c.list_queue_email_addresses().instance_id(i).queue_id(of), 100)
            }
            "ListIntegrationAssociations" => page!(c.list_integration_associations().instance_id(i), 100),
            "ListUseCases" => {
                page!(c.list_use_cases().instance_id(i).integration_association_id(of), 100)
            }
            "ListInstanceStorageConfigs" => {
                page!(c.list_instance_storage_configs().instance_id(i).resource_type(of.into()), 10)
            }
            "ListTestCases" => page!(c.list_test_cases().instance_id(i), 1000),
            "ListSecurityKeys" => page!(c.list_security_keys().instance_id(i), 2),
            _ => match call.split_once(':') {
                // Of one type of what can lead to a flow.
                Some((call, kind)) => {
                    let list = c.list_flow_associations().instance_id(i).resource_type(kind.into());
                    wire!(call, list.max_results(1000).set_next_token(token))
                }
                None => Err(unknown(call)),
            },
        }
    }
}
