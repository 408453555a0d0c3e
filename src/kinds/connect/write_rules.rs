//! The calls that change what works on contacts.

use aws_sdk_connect::Client;
use serde_json::{Value, json};

use super::calls::{Calls, Subject, unknown};
use crate::aws::{Failure, Fate};
use crate::core::Error;
use crate::wire;

impl Calls {
    pub(super) async fn write_rule(
        &self,
        c: &Client,
        call: &str,
        subject: &Subject<'_>,
        args: &Value,
    ) -> Result<Value, Failure> {
        let (i, id) = (&self.instance, subject.id);
        let text = |name: &str| args[name].as_str().unwrap_or_default();
        // Where a member of the arguments is in the URI it is no part of the body.
        let but = |name: &str| {
            let mut body = args.clone();
            body.as_object_mut().and_then(|members| members.remove(name));
            body
        };
        match call {
            "CreateRule" => wire!(call, c.create_rule().instance_id(i), args),
            "UpdateRule" => wire!(call, c.update_rule().instance_id(i).rule_id(id), args),
            "DeleteRule" => wire!(call, c.delete_rule().instance_id(i).rule_id(id)),
            "UpdateInstanceAttribute" => {
                wire!(call, c.update_instance_attribute().instance_id(i).attribute_type(id.into()), args)
            }
            "CreateDataTable" => wire!(call, c.create_data_table().instance_id(i), args),
            "UpdateDataTableMetadata" => {
                wire!(call, c.update_data_table_metadata().instance_id(i).data_table_id(id), args)
            }
            "DeleteDataTable" => wire!(call, c.delete_data_table().instance_id(i).data_table_id(id)),
            "CreateDataTableAttribute" => {
                wire!(call, c.create_data_table_attribute().instance_id(i).data_table_id(id), args)
            }
            "UpdateDataTableAttribute" => {
                let update = c.update_data_table_attribute().instance_id(i).data_table_id(id);
                wire!(call, update.attribute_name(text("Name")), args)
            }
            "DeleteDataTableAttribute" => {
                let delete = c.delete_data_table_attribute().instance_id(i).data_table_id(id);
                wire!(call, delete.attribute_name(text("Name")))
            }
            "BatchCreateDataTableValue" | "BatchUpdateDataTableValue" | "BatchDeleteDataTableValue" => {
                self.write_values(c, call, id, args).await
            }
            "CreateEvaluationForm" => wire!(call, c.create_evaluation_form().instance_id(i), args),
            "UpdateEvaluationForm" => self.write_form(c, id, args).await,
            "ActivateEvaluationForm" => self.activate_form(c, id).await,
            "DeactivateEvaluationForm" => self.deactivate_form(c, id).await,
            "DeleteEvaluationForm" => {
                wire!(call, c.delete_evaluation_form().instance_id(i).evaluation_form_id(id))
            }
            "CreateVocabulary" => wire!(call, c.create_vocabulary().instance_id(i), args),
            "DeleteVocabulary" => wire!(call, c.delete_vocabulary().instance_id(i).vocabulary_id(id)),
            "AssociateDefaultVocabulary" => {
                let associate = c.associate_default_vocabulary().instance_id(i);
                wire!(call, associate.language_code(text("LanguageCode").into()), but("LanguageCode"))
            }
            // There is no such operation: without a vocabulary "the default is set to none".
            "DisassociateDefaultVocabulary" => {
                let associate = c.associate_default_vocabulary().instance_id(i);
                wire!(call, associate.language_code(text("LanguageCode").into()))
            }
            "CreateEmailAddress" => wire!(call, c.create_email_address().instance_id(i), args),
            "UpdateEmailAddressMetadata" => {
                wire!(call, c.update_email_address_metadata().instance_id(i).email_address_id(id), args)
            }
            "DeleteEmailAddress" => {
                wire!(call, c.delete_email_address().instance_id(i).email_address_id(id))
            }
            "AssociateEmailAddressAlias" => {
                wire!(call, c.associate_email_address_alias().instance_id(i).email_address_id(id), args)
            }
            "DisassociateEmailAddressAlias" => {
                wire!(call, c.disassociate_email_address_alias().instance_id(i).email_address_id(id), args)
            }
            "AssociateQueueEmailAddresses" => {
                wire!(call, c.associate_queue_email_addresses().instance_id(i).queue_id(id), args)
            }
            "DisassociateQueueEmailAddresses" => {
                wire!(call, c.disassociate_queue_email_addresses().instance_id(i).queue_id(id), args)
            }
            "CreateIntegrationAssociation" => {
                wire!(call, c.create_integration_association().instance_id(i), args)
            }
            "DeleteIntegrationAssociation" => {
                wire!(call, c.delete_integration_association().instance_id(i).integration_association_id(id))
            }
            "CreateUseCase" => {
                wire!(call, c.create_use_case().instance_id(i).integration_association_id(id), args)
            }
            "DeleteUseCase" => self.delete_use_case(c, id, text("UseCaseType")).await,
            "AssociateInstanceStorageConfig" => {
                wire!(call, c.associate_instance_storage_config().instance_id(i), args)
            }
            "UpdateInstanceStorageConfig" => {
                let update = c.update_instance_storage_config().instance_id(i).association_id(id);
                wire!(call, update.resource_type(text("ResourceType").into()), but("ResourceType"))
            }
            "DisassociateInstanceStorageConfig" => {
                let disassociate = c.disassociate_instance_storage_config().instance_id(i).association_id(id);
                wire!(call, disassociate.resource_type(text("ResourceType").into()))
            }
            "CreateTestCase" => wire!(call, c.create_test_case().instance_id(i), args),
            "UpdateTestCase" => wire!(call, c.update_test_case().instance_id(i).test_case_id(id), args),
            "DeleteTestCase" => wire!(call, c.delete_test_case().instance_id(i).test_case_id(id)),
            _ => match call.split_once(':') {
                Some(("AssociateFlow", kind)) => {
                    let flow = args.as_object().and_then(|members| members.values().next());
                    let body = json!({ "ResourceId": subject.arn, "FlowId": flow, "ResourceType": kind });
                    wire!("AssociateFlow", c.associate_flow().instance_id(i), body)
                }
                Some(("DisassociateFlow", kind)) => {
                    let disassociate = c.disassociate_flow().instance_id(i).resource_id(subject.arn);
                    wire!("DisassociateFlow", disassociate.resource_type(kind.into()))
                }
                _ => Err(unknown(call)),
            },
        }
    }

    /// Deletes the use case of this type of the integration `id`: its own id is asked for first.
    async fn delete_use_case(&self, c: &Client, id: &str, kind: &str) -> Result<Value, Failure> {
        let call = "DeleteUseCase";
        let all = self.list("ListUseCases", "UseCaseSummaryList", id).await;
        let all = all.map_err(|error| Failure { error, fate: Fate::Later })?;
        let own = all.iter().find(|case| case["UseCaseType"] == kind);
        let Some(own) = own.and_then(|case| case["UseCaseId"].as_str()) else {
            let error = Error::not_found(format!("there is no use case {kind}"));
            return Err(Failure { error, fate: Fate::Refused });
        };
        let delete = c.delete_use_case().instance_id(&self.instance).integration_association_id(id);
        wire!(call, delete.use_case_id(own))
    }
}
