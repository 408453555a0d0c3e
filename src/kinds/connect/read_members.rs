//! The calls that read agents and what they work with: users, their hierarchy, what they are told by, views, templates.

use serde_json::{Value, json};

use super::calls::Calls;
use super::hierarchy;
use crate::aws::{Failure, Fate};
use crate::core::{Error, ErrorKind};
use crate::wire;

impl Calls {
    pub(super) async fn describe_member(&self, call: &str, id: &str) -> Result<Value, Failure> {
        let c = &self.account.connect_once;
        let i = &self.instance;
        match call {
            "DescribeUser" => wire!(call, c.describe_user().instance_id(i).user_id(id)),
            "DescribeUserHierarchyGroup" => {
                wire!(call, c.describe_user_hierarchy_group().instance_id(i).hierarchy_group_id(id))
            }
            hierarchy::DESCRIBE => {
                let answer = wire!(call, c.describe_user_hierarchy_structure().instance_id(i))?;
                match hierarchy::level(&answer, id) {
                    // The whole structure was asked for.
                    _ if id.is_empty() => Ok(answer),
                    Some(level) => Ok(json!({ "Level": level })),
                    None => {
                        let error = Error::not_found(format!("the hierarchy has no {id}"));
                        Err(Failure { error, fate: Fate::Refused })
                    }
                }
            }
            "DescribePredefinedAttribute" => {
                wire!(call, c.describe_predefined_attribute().instance_id(i).name(id))
            }
            "GetTaskTemplate" => {
                let answer = wire!(call, c.get_task_template().instance_id(i).task_template_id(id))?;
                Ok(json!({ "TaskTemplate": answer }))
            }
            "DescribeView" => {
                let answer = wire!(call, c.describe_view().instance_id(i).view_id(id));
                // "An error is returned if there is no published content available"; which one is not said.
                let kinds = [ErrorKind::NotFound, ErrorKind::Failed];
                match answer {
                    Err(f) if f.fate == Fate::Refused && kinds.contains(&f.error.kind) => {
                        let saved = format!("{id}:$SAVED");
                        let saved = wire!(call, c.describe_view().instance_id(i).view_id(saved));
                        saved.map_err(|_| f)
                    }
                    answer => answer,
                }
            }
            _ => Box::pin(self.describe_rule(call, id)).await,
        }
    }

    pub(super) async fn page_of_members(
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
            "ListUserProficiencies" => {
                page!(c.list_user_proficiencies().instance_id(i).user_id(of), 100)
            }
            "ListUserHierarchyGroups" => page!(c.list_user_hierarchy_groups().instance_id(i), 1000),
            "SearchUserHierarchyGroups" => page!(c.search_user_hierarchy_groups().instance_id(i), 100),
            "ListPredefinedAttributes" => page!(c.list_predefined_attributes().instance_id(i), 100),
            "SearchPredefinedAttributes" => page!(c.search_predefined_attributes().instance_id(i), 100),
            _ => Box::pin(self.page_of_rules(call, of, token)).await,
        }
    }
}
