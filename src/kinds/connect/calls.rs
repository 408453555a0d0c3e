//! The calls to Connect, by name: what stands in the URI by the typed builder, the rest as wire JSON.

use std::future::Future;

use serde_json::Value;

use crate::aws::{Account, Failure, Fate, Patience};
use crate::core::{Error, ErrorKind, Result};
use crate::wire;

/// Makes calls to one instance.
pub struct Calls {
    /// The clients.
    pub account: Account,
    /// The instance's id.
    pub instance: String,
}

/// What a mutating call is about.
pub struct Subject<'a> {
    /// The id of the resource, empty where it is being made.
    pub id: &'a str,
    /// Its ARN, likewise.
    pub arn: &'a str,
}

impl Calls {
    /// Sends a mutating call, once.
    pub async fn write(&self, call: &str, subject: &Subject<'_>, args: &Value) -> Result<Value, Failure> {
        self.account.pace.take(call).await;
        let answer = self.write_now(call, subject, args).await;
        if answer.as_ref().is_err_and(|failure| failure.fate == Fate::Later) {
            self.account.pace.throttled(call);
        }
        answer
    }

    async fn write_now(&self, call: &str, subject: &Subject<'_>, args: &Value) -> Result<Value, Failure> {
        let c = &self.account.connect_once;
        let (i, id) = (&self.instance, subject.id);
        match call {
            "CreateContactFlow" => wire!(call, c.create_contact_flow().instance_id(i), args),
            "UpdateContactFlowContent" => {
                wire!(call, c.update_contact_flow_content().instance_id(i).contact_flow_id(id), args)
            }
            "UpdateContactFlowMetadata" => {
                wire!(call, c.update_contact_flow_metadata().instance_id(i).contact_flow_id(id), args)
            }
            "DeleteContactFlow" => {
                wire!(call, c.delete_contact_flow().instance_id(i).contact_flow_id(id))
            }
            "CreateQueue" => wire!(call, c.create_queue().instance_id(i), args),
            "UpdateQueueName" => wire!(call, c.update_queue_name().instance_id(i).queue_id(id), args),
            "UpdateQueueHoursOfOperation" => {
                wire!(call, c.update_queue_hours_of_operation().instance_id(i).queue_id(id), args)
            }
            "UpdateQueueOutboundCallerConfig" => {
                wire!(call, c.update_queue_outbound_caller_config().instance_id(i).queue_id(id), args)
            }
            "UpdateQueueOutboundEmailConfig" => {
                wire!(call, c.update_queue_outbound_email_config().instance_id(i).queue_id(id), args)
            }
            "UpdateQueueMaxContacts" => {
                wire!(call, c.update_queue_max_contacts().instance_id(i).queue_id(id), args)
            }
            "UpdateQueueStatus" => wire!(call, c.update_queue_status().instance_id(i).queue_id(id), args),
            "DeleteQueue" => wire!(call, c.delete_queue().instance_id(i).queue_id(id)),
            "CreateHoursOfOperation" => wire!(call, c.create_hours_of_operation().instance_id(i), args),
            "UpdateHoursOfOperation" => {
                wire!(call, c.update_hours_of_operation().instance_id(i).hours_of_operation_id(id), args)
            }
            "DeleteHoursOfOperation" => {
                wire!(call, c.delete_hours_of_operation().instance_id(i).hours_of_operation_id(id))
            }
            "TagResource" => wire!(call, c.tag_resource().resource_arn(subject.arn), args),
            "UntagResource" => {
                let keys = args["tagKeys"].as_array().into_iter().flatten();
                let keys = keys.filter_map(|k| k.as_str().map(String::from)).collect();
                wire!(call, c.untag_resource().resource_arn(subject.arn).set_tag_keys(Some(keys)))
            }
            _ => Err(unknown(call)),
        }
    }

    /// Sends what `send` sends, a read that spends from the quota of `call`, until there is an answer or a refusal, or
    /// patience ends.
    pub async fn read<T, F>(&self, call: &str, send: impl Fn() -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let mut patience = Patience::new(&self.account.clock);
        loop {
            self.account.pace.take(call).await;
            let failure = match send().await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let throttled = failure.fate == Fate::Later;
            if throttled {
                self.account.pace.throttled(call);
            }
            let passes =
                throttled || (failure.fate == Fate::Unknown && failure.error.kind == ErrorKind::Unavailable);
            if !passes || !patience.wait(throttled).await {
                return Err(failure);
            }
        }
    }

    /// Reads one resource.
    pub async fn describe(&self, call: &str, id: &str) -> Result<Value> {
        let c = &self.account.connect_once;
        let i = &self.instance;
        let send = || async move {
            match call {
                "DescribeInstance" => wire!(call, c.describe_instance().instance_id(id)),
                "DescribeContactFlow" => {
                    wire!(call, c.describe_contact_flow().instance_id(i).contact_flow_id(id))
                }
                "DescribeQueue" => wire!(call, c.describe_queue().instance_id(i).queue_id(id)),
                "DescribeHoursOfOperation" => {
                    wire!(call, c.describe_hours_of_operation().instance_id(i).hours_of_operation_id(id))
                }
                _ => Err(unknown(call)),
            }
        };
        Ok(self.read(call, send).await?)
    }

    /// Returns all pages of a listing, the items at `member` of each.
    pub async fn list(&self, call: &str, member: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = self.read(call, || self.page(call, token.clone())).await?;
            items.extend(page[member].as_array().into_iter().flatten().cloned());
            let next = page["NextToken"].as_str().filter(|t| !t.is_empty()).map(String::from);
            if next.is_none() {
                return Ok(items);
            }
            if next == token {
                return Err(Error::failed(format!("{call}: the next page is the same page again")));
            }
            token = next;
        }
    }

    /// Returns one page. Sizes are the largest that the model allows.
    async fn page(&self, call: &str, token: Option<String>) -> Result<Value, Failure> {
        let c = &self.account.connect_once;
        let i = &self.instance;
        match call {
            "ListContactFlows" => {
                wire!(call, c.list_contact_flows().instance_id(i).max_results(1000).set_next_token(token))
            }
            "ListQueues" => wire!(
                call,
                c.list_queues()
                    .instance_id(i)
                    .queue_types("STANDARD".into())
                    .max_results(1000)
                    .set_next_token(token)
            ),
            "ListHoursOfOperations" => {
                wire!(
                    call,
                    c.list_hours_of_operations().instance_id(i).max_results(1000).set_next_token(token)
                )
            }
            "ListPrompts" => {
                wire!(call, c.list_prompts().instance_id(i).max_results(1000).set_next_token(token))
            }
            "ListContactFlowModules" => {
                wire!(
                    call,
                    c.list_contact_flow_modules().instance_id(i).max_results(1000).set_next_token(token)
                )
            }
            "ListUsers" => wire!(call, c.list_users().instance_id(i).max_results(1000).set_next_token(token)),
            "ListViews" => wire!(call, c.list_views().instance_id(i).max_results(100).set_next_token(token)),
            "ListTaskTemplates" => {
                wire!(call, c.list_task_templates().instance_id(i).max_results(100).set_next_token(token))
            }
            "ListLambdaFunctions" => {
                wire!(call, c.list_lambda_functions().instance_id(i).max_results(25).set_next_token(token))
            }
            "ListBots" => wire!(
                call,
                c.list_bots().instance_id(i).lex_version("V2".into()).max_results(25).set_next_token(token)
            ),
            "ListInstances" => wire!(call, c.list_instances().max_results(10).set_next_token(token)),
            _ => Err(unknown(call)),
        }
    }
}

fn unknown(call: &str) -> Failure {
    Failure { error: Error::bug(format!("there is no call {call}")), fate: Fate::Refused }
}
