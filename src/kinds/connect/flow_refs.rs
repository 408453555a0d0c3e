//! Which parameter of which flow action carries the id of what.
//!
//! Sources: the Amazon Connect Administrator Guide and Flow language reference ("Actions"), a survey of 64 flows that
//! AWS published, and the code of other tools. What is here by memory alone is marked: a wrong row does no harm, since
//! an id that is not of the row's kind is looked up like an id in free text.

/// What a parameter carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// The id or ARN of a resource of this kind.
    Ref(&'static str),
    /// Anything, under a key that is the id of a resource of this kind.
    KeyRef(&'static str),
    /// The name of a region.
    Region,
}

/// One row: the parameter at `path` of the action `action` carries `carries`.
#[derive(Clone, Copy, Debug)]
pub struct FlowRef {
    /// The action's `Type`.
    pub action: &'static str,
    /// Names joined by dots; arrays add nothing to a path; `*` is any one name.
    pub path: &'static str,
    /// What stands there.
    pub carries: Carries,
}

const fn row(action: &'static str, path: &'static str, kind: &'static str) -> FlowRef {
    FlowRef { action, path, carries: Carries::Ref(kind) }
}

const fn keys(action: &'static str, path: &'static str, kind: &'static str) -> FlowRef {
    FlowRef { action, path, carries: Carries::KeyRef(kind) }
}

const FLOW: &str = "connect/flow";
const MODULE: &str = "connect/module";
const QUEUE: &str = "connect/queue";
const USER: &str = "connect/user";
const PROMPT: &str = "connect/prompt";
const BOT: &str = "lex/bot";
const FUNCTION: &str = "lambda/function";
const CASE_FIELD: &str = "cases/field";
const CASE_TEMPLATE: &str = "cases/template";

/// The table.
pub const FLOW_REFS: &[FlowRef] = &[
    row("InvokeLambdaFunction", "LambdaFunctionARN", FUNCTION),
    row("ConnectParticipantWithLexBot", "LexV2Bot.AliasArn", BOT),
    FlowRef { action: "ConnectParticipantWithLexBot", path: "LexBot.Region", carries: Carries::Region },
    row("ConnectParticipantWithLexBot", "PromptId", PROMPT),
    row("GetParticipantInput", "LexV2Bot.AliasArn", BOT),
    FlowRef { action: "GetParticipantInput", path: "LexBot.Region", carries: Carries::Region },
    row("GetParticipantInput", "PromptId", PROMPT),
    // By memory: the security key of encrypted input.
    row("GetParticipantInput", "InputEncryption.EncryptionKeyId", "connect/security-key"),
    row("MessageParticipant", "PromptId", PROMPT),
    row("MessageParticipantIteratively", "Messages.PromptId", PROMPT),
    row("UpdateContactTargetQueue", "QueueId", QUEUE),
    row("UpdateContactTargetQueue", "AgentId", USER),
    // By memory, down to TransferContactToAgent.
    row("TransferContactToQueue", "QueueId", QUEUE),
    row("TransferContactToQueue", "AgentId", USER),
    row("DequeueContactAndTransferToQueue", "QueueId", QUEUE),
    row("DequeueContactAndTransferToQueue", "AgentId", USER),
    row("TransferContactToAgent", "AgentId", USER),
    row("CheckHoursOfOperation", "HoursOfOperationId", "connect/hours"),
    row("CheckMetricData", "QueueId", QUEUE),
    row("CheckMetricData", "AgentId", USER),
    row("GetMetricData", "QueueId", QUEUE),
    row("GetMetricData", "AgentId", USER),
    row("TransferToFlow", "ContactFlowId", FLOW),
    row("InvokeFlowModule", "FlowModuleId", MODULE),
    row("UpdateContactEventHooks", "EventHooks.*", FLOW),
    row("CreateTask", "ContactFlowId", FLOW),
    row("CreateTask", "TaskTemplateId", "connect/task-template"),
    row("CreateCase", "CaseTemplateId", CASE_TEMPLATE),
    row("UpdateCase", "CaseTemplateId", CASE_TEMPLATE),
    row("GetCase", "CaseTemplateId", CASE_TEMPLATE),
    keys("CreateCase", "CaseRequestFields.*", CASE_FIELD),
    keys("UpdateCase", "CaseRequestFields.*", CASE_FIELD),
    keys("GetCase", "CaseRequestFields.*", CASE_FIELD),
    row("CreateCase", "CaseResponseFields", CASE_FIELD),
    row("UpdateCase", "CaseResponseFields", CASE_FIELD),
    row("GetCase", "CaseResponseFields", CASE_FIELD),
    row("ShowView", "ViewResource.Id", "connect/view"),
    row("CreateWisdomSession", "WisdomAssistantArn", "wisdom/assistant"),
    // By memory: the paths of newer actions. Their ARNs are found by the sweep wherever they are.
    row("UpdateContactMediaProcessing", "LambdaFunctionARN", FUNCTION),
    row("StartOutboundChatContact", "ContactFlowId", FLOW),
    row("CreateCallbackContact", "ContactFlowId", FLOW),
    row("CreateCallbackContact", "QueueId", QUEUE),
    row("CreateCallbackContact", "AgentId", USER),
    row("EvaluateDataTableValues", "DataTableId", "connect/data-table"),
];

/// Returns what the parameter at `path` (names, without places in arrays) of an action of the type `action` carries.
pub fn carries(action: &str, path: &[String]) -> Option<Carries> {
    let fits = |row: &&FlowRef| {
        row.action == action
            && row.path.split('.').count() == path.len()
            && row.path.split('.').zip(path).all(|(name, step)| name == "*" || name == step)
    };
    FLOW_REFS.iter().find(fits).map(|row| row.carries)
}
