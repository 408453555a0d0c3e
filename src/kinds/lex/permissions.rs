//! What IAM has to allow for Lex V2.

use crate::aws::Grant;

const BOTS: &[&str] = &["arn:{partition}:lex:{region}:{account}:bot*"];

/// Source: "Actions, resources, and condition keys for Amazon Lex V2", Service Authorization Reference; what exports and imports
/// need beside is from its column "Dependent actions".
pub const GRANTS: &[Grant] = &[
    Grant::read(&["lex:ListBots"], &["*"]),
    // An export is a read: it leaves nothing in the bot.
    Grant::read(
        &[
            "lex:CreateExport",
            "lex:DescribeBot",
            "lex:DescribeBotAlias",
            "lex:DescribeBotLocale",
            "lex:DescribeBotVersion",
            "lex:DescribeExport",
            "lex:DescribeImport",
            "lex:DescribeResourcePolicy",
            "lex:ListBotAliases",
            "lex:ListBotLocales",
            "lex:ListBotVersions",
            "lex:ListTagsForResource",
        ],
        BOTS,
    ),
    Grant::read(
        &[
            "lex:DescribeCustomVocabulary",
            "lex:DescribeIntent",
            "lex:DescribeSlot",
            "lex:DescribeSlotType",
            "lex:ListIntents",
            "lex:ListSlotTypes",
            "lex:ListSlots",
        ],
        BOTS,
    )
    .only("Lex exports a bot with the caller's right"),
    // It knows no resource.
    Grant::write(&["lex:CreateUploadUrl"], &["*"]),
    Grant::write(
        &[
            "lex:BuildBotLocale",
            "lex:CreateBot",
            "lex:CreateBotAlias",
            "lex:CreateBotVersion",
            "lex:CreateResourcePolicy",
            "lex:DeleteBot",
            "lex:DeleteBotAlias",
            "lex:DeleteBotLocale",
            "lex:DeleteBotVersion",
            "lex:DeleteResourcePolicy",
            "lex:StartImport",
            "lex:TagResource",
            "lex:UntagResource",
            "lex:UpdateBot",
            "lex:UpdateBotAlias",
            "lex:UpdateResourcePolicy",
        ],
        BOTS,
    ),
    Grant::write(
        &[
            "lex:CreateBotLocale",
            "lex:CreateCustomVocabulary",
            "lex:CreateIntent",
            "lex:CreateSlot",
            "lex:CreateSlotType",
            "lex:DeleteCustomVocabulary",
            "lex:DeleteIntent",
            "lex:DeleteSlot",
            "lex:DeleteSlotType",
            "lex:UpdateBotLocale",
            "lex:UpdateCustomVocabulary",
            "lex:UpdateIntent",
            "lex:UpdateSlot",
            "lex:UpdateSlotType",
        ],
        BOTS,
    )
    .only("Lex imports a bot with the caller's right"),
    Grant::write(&["iam:PassRole"], &["arn:{partition}:iam::{account}:role/*"])
        .to("lexv2.amazonaws.com")
        .only("a bot has a role"),
];
