"""The questions: each has the name of a switch, and returns its value and the evidence."""

import datetime
import json
import time

from botocore.exceptions import ClientError

from calls import code


class Unsettled(Exception):
    """The question could not be asked here."""


def content(*actions):
    """Returns flow content of `actions`, each (type, parameters), with white space and key order that are its own."""
    steps = []
    for i, (kind, parameters) in enumerate(actions):
        after = f"step-{i + 1}"
        errors = [{"NextAction": "end", "ErrorType": "NoMatchingError"}]
        steps.append({"Transitions": {"NextAction": after if i + 1 < len(actions) else "end", "Errors": errors,
                                      "Conditions": []},
                      "Parameters": parameters, "Identifier": f"step-{i}", "Type": kind})
    steps.append({"Type": "DisconnectParticipant", "Identifier": "end", "Parameters": {}, "Transitions": {}})
    flow = {"StartAction": steps[0]["Identifier"], "Version": "2019-10-30", "Metadata": {}, "Actions": steps}
    return json.dumps(flow, indent=3)


def say(text):
    return content(("MessageParticipant", {"Text": text}))


def flow(aws, what, text=None, kind="CONTACT_FLOW", status="PUBLISHED"):
    return aws.make("DeleteContactFlow", "ContactFlowId", "CreateContactFlow", "ContactFlowId", Name=aws.name + what,
                    Type=kind, Content=text or say("probe"), Status=status)


def hours(aws, what, days=("MONDAY",)):
    slot = {"StartTime": {"Hours": 9, "Minutes": 0}, "EndTime": {"Hours": 17, "Minutes": 0}}
    return aws.make("DeleteHoursOfOperation", "HoursOfOperationId", "CreateHoursOfOperation", "HoursOfOperationId",
                    Name=aws.name + what, TimeZone="UTC", Config=[{"Day": d, **slot} for d in days])


def queue(aws, what):
    return aws.make("DeleteQueue", "QueueId", "CreateQueue", "QueueId", Name=aws.name + what,
                    HoursOfOperationId=hours(aws, what + "-hours"))


def quick_connect(aws, what):
    config = {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+12065550100"}}
    return aws.make("DeleteQuickConnect", "QuickConnectId", "CreateQuickConnect", "QuickConnectId",
                    Name=aws.name + what, QuickConnectConfig=config)


def described(aws, which):
    return aws.call("DescribeContactFlow", ContactFlowId=which)["ContactFlow"]


# Questions that reading answers.

def search_fills_content(aws):
    found = aws.call("SearchContactFlows", MaxResults=10).get("ContactFlows", [])
    if not found:
        raise Unsettled("there are no flows to search for")
    filled = sum(1 for f in found if f.get("Content"))
    return filled > 0, f"{filled} of {len(found)} flows of a search have Content"


def flow_associations_by_arn(aws):
    found = aws.pages("ListFlowAssociations", "FlowAssociationSummaryList", ResourceType="VOICE_PHONE_NUMBER")
    if not found:
        raise Unsettled("no phone number leads to a flow")
    return found[0]["ResourceId"].startswith("arn:"), f"a ResourceId begins with {found[0]['ResourceId'][:4]}"


# Questions that need something to be made.

def content_reserialised(aws):
    sent = say("white space")
    there = described(aws, flow(aws, "content", sent))["Content"]
    return there != sent, "the content is another text" if there != sent else "the content came back byte for byte"


def list_lag_calls(aws):
    made = flow(aws, "lag")
    for calls in range(30):
        if any(f["Id"] == made for f in aws.pages("ListContactFlows", "ContactFlowSummaryList", MaxResults=1000)):
            return calls, f"a new flow was in listing {calls + 1}"
    raise Unsettled("a new flow was in none of 30 listings")


def archived_holds_name(aws):
    first = flow(aws, "archived")
    aws.call("UpdateContactFlowMetadata", ContactFlowId=first, ContactFlowState="ARCHIVED")
    return taken_twice(aws, "archived", "CONTACT_FLOW")


def flow_names_unique_across_types(aws):
    flow(aws, "types")
    return taken_twice(aws, "types", "CUSTOMER_QUEUE")


def taken_twice(aws, what, kind):
    try:
        flow(aws, what, kind=kind, status="SAVED")
        return False, "a second flow of the name was made"
    except ClientError as e:
        if code(e) != "DuplicateResourceException":
            raise
        return True, "CreateContactFlow was refused: DuplicateResourceException"


def draft_leaves_published(aws):
    made = flow(aws, "draft", say("first"))
    aws.call("UpdateContactFlowContent", ContactFlowId=made + ":$SAVED", Content=say("second"))
    kept = "first" in described(aws, made)["Content"]
    return kept, "an update of ID:$SAVED " + ("left what is published" if kept else "was published")


def update_publishes_saved_flow(aws):
    made = flow(aws, "saved", status="SAVED")
    aws.call("UpdateContactFlowContent", ContactFlowId=made, Content=say("second"))
    try:
        status = described(aws, made)["Status"]
    except ClientError as e:
        if code(e) != "ContactFlowNotPublishedException":
            raise
        status = "not published"
    return status == "PUBLISHED", f"after UpdateContactFlowContent the flow is {status}"


def saved_flow_can_be_referenced(aws):
    # Whether the content is well at all: the same with a flow that is published.
    well, words = published(aws, "names-published", ("TransferToFlow", {"ContactFlowId": flow(aws, "is-published")}))
    if not well:
        raise Unsettled(f"a flow that names a published one: {words}")
    there = flow(aws, "only-saved", status="SAVED")
    return published(aws, "names-saved", ("TransferToFlow", {"ContactFlowId": there}))


def foreign_lambda_accepted(aws):
    function = f"arn:aws:lambda:{aws.client.meta.region_name}:123456789012:function:snapdeploy-probe"
    parameters = {"LambdaFunctionARN": function, "InvocationTimeLimitSeconds": "3"}
    return published(aws, "foreign-lambda", ("InvokeLambdaFunction", parameters))


def published(aws, what, action):
    try:
        flow(aws, what, content(action))
        return True, "CreateContactFlow was taken"
    except ClientError as e:
        if code(e) != "InvalidContactFlowException":
            raise
        problems = [p.get("message", "") for p in e.response.get("problems", [])]
        return False, "CreateContactFlow was refused: InvalidContactFlowException: " + "; ".join(problems)


def flow_versions_of_all_types(aws):
    return aws.takes("CreateContactFlowVersion", ContactFlowId=flow(aws, "version"))


def unchanged_version_is_new(aws):
    end = {"Type": "EndFlowModuleExecution", "Identifier": "end", "Parameters": {}, "Transitions": {}}
    text = json.dumps({"Version": "2019-10-30", "StartAction": "end", "Metadata": {}, "Actions": [end],
                       "Settings": {"InputParameters": [], "OutputParameters": [], "Transitions": []}})
    made = aws.make("DeleteContactFlowModule", "ContactFlowModuleId", "CreateContactFlowModule", "Id",
                    Name=aws.name + "module", Content=text)
    one, two = (aws.call("CreateContactFlowModuleVersion", ContactFlowModuleId=made)["Version"] for _ in range(2))
    return one != two, f"the versions are {one} and {two}"


def deleted(aws, operation, key, made):
    """Returns whether what was made can be deleted while something refers to it."""
    went, words = aws.takes(operation, **{key: made})
    if went:
        aws.gone(made)
    return went, words


def delete_referenced_flow(aws):
    there = flow(aws, "referred")
    flow(aws, "refers", content(("TransferToFlow", {"ContactFlowId": there})))
    return deleted(aws, "DeleteContactFlow", "ContactFlowId", there)


def delete_referenced_queue(aws):
    there = queue(aws, "referred-queue")
    flow(aws, "refers-queue", content(("UpdateContactTargetQueue", {"QueueId": there})))
    return deleted(aws, "DeleteQueue", "QueueId", there)


def delete_linked_quick_connect(aws):
    there, where = quick_connect(aws, "linked"), queue(aws, "links")
    aws.call("AssociateQueueQuickConnects", QueueId=where, QuickConnectIds=[there])
    went, words = deleted(aws, "DeleteQuickConnect", "QuickConnectId", there)
    if not went:
        aws.call("DisassociateQueueQuickConnects", QueueId=where, QuickConnectIds=[there])
    return went, words


def delete_referenced_prompt(aws):
    prompts = aws.pages("ListPrompts", "PromptSummaryList")
    if not prompts:
        raise Unsettled("there is no prompt to copy")
    url = aws.call("GetPromptFile", PromptId=prompts[0]["Id"])["PromptPresignedUrl"]
    there = aws.make("DeletePrompt", "PromptId", "CreatePrompt", "PromptId", Name=aws.name + "prompt", S3Uri=url)
    flow(aws, "refers-prompt", content(("MessageParticipant", {"PromptId": there})))
    return deleted(aws, "DeletePrompt", "PromptId", there)


def foreign_prompt_url_accepted(aws):
    if not aws.prompt_url:
        raise Unsettled("needs --prompt-url, a presigned URL of a WAV file of your own")
    try:
        aws.make("DeletePrompt", "PromptId", "CreatePrompt", "PromptId", Name=aws.name + "foreign", S3Uri=aws.prompt_url)
        return True, "CreatePrompt was taken"
    except ClientError as e:
        if code(e) not in ("InvalidParameterException", "InvalidRequestException"):
            raise
        return False, f"CreatePrompt was refused: {code(e)}"


def associate_again(aws):
    there, where = quick_connect(aws, "again"), queue(aws, "again-queue")
    aws.call("AssociateQueueQuickConnects", QueueId=where, QuickConnectIds=[there])
    try:
        return aws.takes("AssociateQueueQuickConnects", QueueId=where, QuickConnectIds=[there])
    finally:
        aws.call("DisassociateQueueQuickConnects", QueueId=where, QuickConnectIds=[there])


def associate_twice_refused(aws):
    origin = f"https://{aws.name}origin.example.com"
    aws.call("AssociateApprovedOrigin", Origin=origin)
    aws.made.append(("DisassociateApprovedOrigin", {"Origin": origin}))
    taken, words = aws.takes("AssociateApprovedOrigin", Origin=origin)
    return not taken, words


def hours_config_reordered(aws):
    days = ["MONDAY", "WEDNESDAY", "FRIDAY"]
    there = aws.call("DescribeHoursOfOperation", HoursOfOperationId=hours(aws, "week", days))["HoursOfOperation"]
    back = [slot["Day"] for slot in there["Config"]]
    return back != days, f"{', '.join(days)} came back as {', '.join(back)}"


def override_touches_hours(aws):
    made = hours(aws, "override")
    modified = lambda: aws.call("DescribeHoursOfOperation", HoursOfOperationId=made)["HoursOfOperation"]["LastModifiedTime"]
    before = modified()
    # Times have whole seconds in some answers.
    time.sleep(1.1)
    day = (datetime.date.today() + datetime.timedelta(days=30)).isoformat()
    slot = {"Day": "MONDAY", "StartTime": {"Hours": 9, "Minutes": 0}, "EndTime": {"Hours": 10, "Minutes": 0}}
    aws.call("CreateHoursOfOperationOverride", HoursOfOperationId=made, Name=aws.name + "day", Config=[slot],
             EffectiveFrom=day, EffectiveTill=day)
    after = modified()
    return after != before, f"LastModifiedTime went from {before.isoformat()} to {after.isoformat()}"


READS = [search_fills_content, flow_associations_by_arn]
WRITES = [content_reserialised, list_lag_calls, archived_holds_name, flow_names_unique_across_types,
          draft_leaves_published, update_publishes_saved_flow, saved_flow_can_be_referenced, foreign_lambda_accepted,
          flow_versions_of_all_types, unchanged_version_is_new, delete_referenced_flow, delete_referenced_queue,
          delete_linked_quick_connect, delete_referenced_prompt, foreign_prompt_url_accepted, associate_again,
          associate_twice_refused, hours_config_reordered, override_touches_hours]
