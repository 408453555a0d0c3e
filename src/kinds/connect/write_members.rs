//! The calls that change agents and what they work with.

use aws_sdk_connect::Client;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::calls::{Calls, Subject};
use super::user::confide;
use super::{hierarchy, view};
use crate::aws::{Failure, Fate};
use crate::core::{Error, redact};
use crate::wire;

impl Calls {
    pub(super) async fn write_member(
        &self,
        c: &Client,
        call: &str,
        subject: &Subject<'_>,
        args: &Value,
    ) -> Result<Value, Failure> {
        let (i, id) = (&self.instance, subject.id);
        match call {
            "CreateUser" => self.create_user(c, call, args).await,
            "UpdateUserIdentityInfo" => {
                confide(args);
                wire!(call, c.update_user_identity_info().instance_id(i).user_id(id), args)
            }
            "UpdateUserConfig" => {
                confide(args);
                wire!(call, c.update_user_config().instance_id(i).user_id(id), args)
            }
            "UpdateUserPhoneConfig" => {
                confide(args);
                wire!(call, c.update_user_phone_config().instance_id(i).user_id(id), args)
            }
            "UpdateUserRoutingProfile" => {
                wire!(call, c.update_user_routing_profile().instance_id(i).user_id(id), args)
            }
            "UpdateUserSecurityProfiles" => {
                wire!(call, c.update_user_security_profiles().instance_id(i).user_id(id), args)
            }
            "UpdateUserHierarchy" => wire!(call, c.update_user_hierarchy().instance_id(i).user_id(id), args),
            "AssociateUserProficiencies" => {
                wire!(call, c.associate_user_proficiencies().instance_id(i).user_id(id), args)
            }
            "UpdateUserProficiencies" => {
                wire!(call, c.update_user_proficiencies().instance_id(i).user_id(id), args)
            }
            "DisassociateUserProficiencies" => {
                wire!(call, c.disassociate_user_proficiencies().instance_id(i).user_id(id), args)
            }
            "DeleteUser" => wire!(call, c.delete_user().instance_id(i).user_id(id)),
            hierarchy::UPDATE => self.write_level(c, call, subject, args).await,
            "CreateUserHierarchyGroup" => {
                let mut args = args.clone();
                if let Some(members) = args.as_object_mut() {
                    // It only says that the level has to be there.
                    members.remove("LevelId");
                }
                wire!(call, c.create_user_hierarchy_group().instance_id(i), args)
            }
            "UpdateUserHierarchyGroupName" => {
                wire!(call, c.update_user_hierarchy_group_name().instance_id(i).hierarchy_group_id(id), args)
            }
            "DeleteUserHierarchyGroup" => {
                wire!(call, c.delete_user_hierarchy_group().instance_id(i).hierarchy_group_id(id))
            }
            "CreatePredefinedAttribute" => {
                wire!(call, c.create_predefined_attribute().instance_id(i), args)
            }
            "UpdatePredefinedAttribute" => {
                wire!(call, c.update_predefined_attribute().instance_id(i).name(id), args)
            }
            "DeletePredefinedAttribute" => {
                wire!(call, c.delete_predefined_attribute().instance_id(i).name(id))
            }
            "CreateTaskTemplate" => wire!(call, c.create_task_template().instance_id(i), args),
            "UpdateTaskTemplate" => {
                wire!(call, c.update_task_template().instance_id(i).task_template_id(id), args)
            }
            "DeleteTaskTemplate" => {
                wire!(call, c.delete_task_template().instance_id(i).task_template_id(id))
            }
            "CreateView" => {
                let mut answer = wire!(call, c.create_view().instance_id(i), view::request(args))?;
                Ok(answer["View"].take())
            }
            "UpdateViewContent" => {
                wire!(call, c.update_view_content().instance_id(i).view_id(id), view::request(args))
            }
            "UpdateViewMetadata" => {
                wire!(call, c.update_view_metadata().instance_id(i).view_id(id), args)
            }
            "DeleteView" => wire!(call, c.delete_view().instance_id(i).view_id(id)),
            _ => Box::pin(self.write_rule(c, call, subject, args)).await,
        }
    }

    /// Makes a user; with a password that nobody knows where the instance keeps passwords itself.
    ///
    /// Source: `CreateUser.Password`: required there, and an error elsewhere.
    async fn create_user(&self, c: &Client, call: &str, args: &Value) -> Result<Value, Failure> {
        let later = |error: Error| Failure { error, fate: Fate::Later };
        let instance = self.describe("DescribeInstance", &self.instance).await.map_err(later)?;
        let mut args = args.clone();
        confide(&args);
        if instance["Instance"]["IdentityManagementType"] == "CONNECT_MANAGED" {
            args["Password"] = json!(*password().map_err(later)?);
        }
        wire!(call, c.create_user().instance_id(&self.instance), args)
    }
}

/// Returns a password that nobody knows: 192 bits of chance, and one of each sort of character that the model's
/// `Password` asks for (a small letter, a capital, a digit; 8 to 64 of them).
fn password() -> Result<Zeroizing<String>, Error> {
    let mut bytes = Zeroizing::new([0_u8; 24]);
    getrandom::fill(&mut bytes[..])
        .map_err(|e| Error::failed(format!("there is no chance for a password: {e}")))?;
    let digits = Zeroizing::new(hex::encode(&bytes[..]));
    let password = Zeroizing::new(format!("aA1{}", *digits));
    // A refusal may quote it.
    redact::register(&password);
    Ok(password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_enough_and_new_each_time() {
        let (a, b) = (password().unwrap(), password().unwrap());
        assert_ne!(a, b);
        assert!((8..=64).contains(&a.len()), "{}", a.len());
        for sort in [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit] {
            assert!(a.bytes().any(|b| sort(&b)));
        }
    }
}
