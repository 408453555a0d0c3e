"""Drives every operation of the sandbox with boto3 and checks the raw answers against botocore's models.

Usage: check_shapes.py ENDPOINT. Prints a line for each operation, and fails on the first answer that AWS's own
model does not allow: an unknown member, a wrong type, a value outside its enum, pattern or length, a required
member that is missing, an error that is not in the operation's list (nor common to all operations).
"""

import base64
import hashlib
import json
import re
import sys
from collections import Counter

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

COMMON = {
    "connect": {"TooManyRequestsException", "AccessDeniedException", "ExpiredTokenException", "UnrecognizedClientException",
                "SerializationException"},
    "lexv2-models": {"AccessDeniedException"},
    "dynamodb": {"ValidationException", "ThrottlingException", "ResourceNotFoundException"},
    "sts": {"AccessDenied", "ValidationError"},
    "s3": {"AccessDenied", "NoSuchBucket", "PreconditionFailed", "InvalidRange", "BadDigest", "404", "NoSuchKey"},
}

seen = Counter()
problems = []


def check(shape, value, where):
    """Compares JSON as it was on the wire with a shape."""
    def bad(why):
        problems.append(f"{where}: {why}: {str(value)[:120]}")

    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return bad("not an object")
        names = {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
        for name in shape.required_members:
            if shape.members[name].serialization.get("name", name) not in value:
                bad(f"lacks {name}")
        for name, inner in value.items():
            if name not in names:
                bad(f"unknown member {name}")
            else:
                check(names[name][1], inner, f"{where}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            return bad("not a list")
        bounds(shape, len(value), bad)
        for n, inner in enumerate(value):
            check(shape.member, inner, f"{where}[{n}]")
    elif kind == "map":
        if not isinstance(value, dict):
            return bad("not a map")
        # Tag maps have a minimum of 1 and come empty all the same.
        for name, inner in value.items():
            check(shape.key, name, f"{where} key")
            check(shape.value, inner, f"{where}.{name}")
    elif kind in ("string", "character"):
        if not isinstance(value, str):
            return bad("not a string")
        bounds(shape, len(value), bad)
        if shape.enum and value not in shape.enum:
            bad("not in its enum")
        pattern = shape.metadata.get("pattern")
        # The phone number patterns of the model are escaped twice and match nothing.
        if pattern and "\\\\" not in pattern and "\\p{" not in pattern and not re.search(pattern, value):
            bad(f"does not match {pattern}")
    elif kind in ("integer", "long"):
        if not isinstance(value, int) or isinstance(value, bool):
            return bad("not a whole number")
        bounds(shape, value, bad)
    elif kind in ("float", "double"):
        if not isinstance(value, (int, float)):
            bad("not a number")
    elif kind == "boolean":
        if not isinstance(value, bool):
            bad("not a boolean")
    elif kind == "timestamp":
        if not isinstance(value, (int, float)) or not 1e9 < value < 1e10:
            bad("not seconds since 1970")


def bounds(shape, size, bad):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low or high is not None and size > high:
        bad(f"{size} is not between {low} and {high}")


def client(name, endpoint, key="111111111111", token=None, region="us-east-1"):
    made = boto3.client(
        name, endpoint_url=endpoint, region_name=region, aws_access_key_id=key, aws_secret_access_key="secret",
        aws_session_token=token, config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}))

    def after(http_response, parsed, model, **_):
        operation = f"{name}:{model.name}"
        seen[operation] += 1
        status = http_response.status_code
        if "date" not in http_response.headers:
            problems.append(f"{operation}: no Date header")
        if name in ("s3", "sts"):
            if status >= 300:
                code = parsed.get("Error", {}).get("Code")
                if code not in COMMON[name] | {shape.name for shape in model.error_shapes}:
                    problems.append(f"{operation}: error {code} is not modelled")
            elif model.output_shape is not None:
                parsed_check(model.output_shape, {k: v for k, v in parsed.items() if k != "ResponseMetadata"}, operation)
            return
        body = json.loads(http_response.content) if http_response.content else {}
        if status < 300:
            if model.output_shape is not None:
                check(model.output_shape, body, operation)
            return
        code = parsed["Error"]["Code"]
        modelled = {shape.name: shape for shape in model.error_shapes}
        if code in modelled:
            body.pop("__type", None)
            check(modelled[code], body, f"{operation} {code}")
            wanted = modelled[code].metadata.get("error", {}).get("httpStatusCode", 400)
            if status != wanted:
                problems.append(f"{operation}: {code} has status {status}, not {wanted}")
        elif code not in COMMON[name]:
            problems.append(f"{operation}: error {code} is not modelled")

    made.meta.events.register("after-call", after)
    return made


def parsed_check(shape, value, where):
    """XML answers: after parsing, only names and required members are left to compare."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, inner in value.items():
            if name not in shape.members:
                problems.append(f"{where}: unknown member {name}")
            else:
                parsed_check(shape.members[name], inner, f"{where}.{name}")
    elif shape.type_name == "list":
        for inner in value:
            parsed_check(shape.member, inner, where)


def refused(code, call, **arguments):
    try:
        answer = call(**arguments)
    except ClientError as error:
        got = error.response["Error"]["Code"]
        if got != code:
            problems.append(f"expected {code}, got {got}: {error}")
        return error.response
    problems.append(f"expected {code}, got an answer: {str(answer)[:200]}")
    return {}


def equal(got, wanted, what):
    if got != wanted:
        problems.append(f"{what}: {got!r} is not {wanted!r}")


def flow(action="MessageParticipant", parameters=None):
    return json.dumps({
        "Version": "2019-10-30", "StartAction": "one", "Metadata": {},
        "Actions": [
            {"Identifier": "one", "Type": action, "Parameters": parameters or {"Text": "Hello"},
             "Transitions": {"NextAction": "end"}},
            {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
        ]})


def connect(endpoint):
    c = client("connect", endpoint)
    instance = c.list_instances()["InstanceSummaryList"][0]["Id"]
    arn = c.describe_instance(InstanceId=instance)["Instance"]["Arn"]
    here = {"InstanceId": instance}
    nothing = "00000000-0000-4000-8000-000000000000"
    refused("ResourceNotFoundException", c.describe_instance, InstanceId=nothing)

    hours = c.create_hours_of_operation(
        **here, Name="Days", TimeZone="Europe/Berlin", Description="By day", Tags={"team": "voice"},
        Config=[{"Day": "MONDAY", "StartTime": {"Hours": 8, "Minutes": 30}, "EndTime": {"Hours": 17, "Minutes": 0}}],
    )["HoursOfOperationId"]
    refused("DuplicateResourceException", c.create_hours_of_operation, **here, Name="Days", TimeZone="UTC", Config=[])
    c.update_hours_of_operation(**here, HoursOfOperationId=hours, Name="Daytime", TimeZone="UTC", Config=[])
    got = c.describe_hours_of_operation(**here, HoursOfOperationId=hours)["HoursOfOperation"]
    equal((got["Name"], got["Config"], got["Tags"]), ("Daytime", [], {"team": "voice"}), "hours")
    refused("ResourceNotFoundException", c.describe_hours_of_operation, **here, HoursOfOperationId=nothing)

    queue = c.create_queue(**here, Name="Sales", HoursOfOperationId=hours, Tags={"team": "sales"})["QueueId"]
    refused("DuplicateResourceException", c.create_queue, **here, Name="Sales", HoursOfOperationId=hours)
    refused("ResourceNotFoundException", c.create_queue, **here, Name="Other", HoursOfOperationId=nothing)
    whisper = c.create_contact_flow(**here, Name="Whisper", Type="OUTBOUND_WHISPER", Content=flow())["ContactFlowId"]
    at = {**here, "QueueId": queue}
    c.update_queue_name(**at, Name="Sales team", Description="All of sales")
    refused("DuplicateResourceException", c.update_queue_name, **at, Name="BasicQueue")
    c.update_queue_hours_of_operation(**at, HoursOfOperationId=hours)
    c.update_queue_max_contacts(**at, MaxContacts=7)
    c.update_queue_outbound_caller_config(**at, OutboundCallerConfig={"OutboundFlowId": whisper})
    refused("ResourceNotFoundException", c.update_queue_outbound_caller_config, **at,
            OutboundCallerConfig={"OutboundFlowId": nothing})
    c.update_queue_outbound_email_config(**at, OutboundEmailConfig={"OutboundEmailAddressId": "mail"})
    c.update_queue_status(**at, Status="DISABLED")
    got = c.describe_queue(**at)["Queue"]
    equal((got["Name"], got["MaxContacts"], got["Status"]), ("Sales team", 7, "DISABLED"), "queue")
    refused("ResourceNotFoundException", c.describe_queue, **here, QueueId=nothing)
    refused("InvalidRequestException", c.delete_hours_of_operation, **here, HoursOfOperationId=hours)

    main = c.create_contact_flow(
        **here, Name="Main", Type="CONTACT_FLOW", Description="The first", Tags={"a": "b"},
        Content=flow("UpdateContactTargetQueue", {"QueueId": got["QueueArn"]}))["ContactFlowId"]
    refused("DuplicateResourceException", c.create_contact_flow, **here, Name="Main", Type="CONTACT_FLOW", Content=flow())
    error = refused("InvalidContactFlowException", c.create_contact_flow, **here, Name="Bad", Type="CONTACT_FLOW",
                    Content=flow("TransferToFlow", {"ContactFlowId": nothing}))
    equal(error.get("problems"),
          [{"message": "Invalid Action property value. Path: Actions[0].Parameters.ContactFlowId"}], "problems")
    refused("InvalidParameterException", c.create_contact_flow, **here, Name="Bad", Type="NOTHING", Content=flow())
    saved = c.create_contact_flow(**here, Name="Later", Type="CONTACT_FLOW", Content="not JSON", Status="SAVED")["ContactFlowId"]
    refused("ContactFlowNotPublishedException", c.describe_contact_flow, **here, ContactFlowId=saved)
    equal(c.describe_contact_flow(**here, ContactFlowId=saved + ":$SAVED")["ContactFlow"]["Status"], "SAVED", "draft")
    refused("InvalidContactFlowException", c.update_contact_flow_content, **here, ContactFlowId=saved, Content="not JSON")
    c.update_contact_flow_content(**here, ContactFlowId=saved, Content=flow())
    c.update_contact_flow_content(**here, ContactFlowId=arn + "/contact-flow/" + saved + ":$SAVED", Content="draft")
    got = c.describe_contact_flow(**here, ContactFlowId=saved)["ContactFlow"]
    equal((got["Content"], got["Status"]), (flow(), "PUBLISHED"), "published stays")
    equal(got["FlowContentSha256"], hashlib.sha256(flow().encode()).hexdigest(), "digest")
    c.update_contact_flow_metadata(**here, ContactFlowId=saved, Name="Sooner", ContactFlowState="ARCHIVED")
    refused("DuplicateResourceException", c.update_contact_flow_metadata, **here, ContactFlowId=saved, Name="Main")
    c.update_contact_flow_name(**here, ContactFlowId=saved, Name="Soonest", Description="Soon")
    refused("ResourceNotFoundException", c.update_contact_flow_name, **here, ContactFlowId=nothing, Name="x")

    refused("ResourceInUseException", c.delete_queue, **at)
    c.delete_contact_flow(**here, ContactFlowId=main)
    refused("ResourceNotFoundException", c.delete_contact_flow, **here, ContactFlowId=main)
    listed = c.list_contact_flows(**here, ContactFlowTypes=["CONTACT_FLOW"])["ContactFlowSummaryList"]
    equal(sorted(flow["Name"] for flow in listed), ["Draft", "Soonest"], "list of flows")

    for method, member, least in [
        ("list_contact_flows", "ContactFlowSummaryList", 9), ("list_queues", "QueueSummaryList", 2),
        ("list_hours_of_operations", "HoursOfOperationSummaryList", 3), ("list_prompts", "PromptSummaryList", 31),
        ("list_contact_flow_modules", "ContactFlowModulesSummaryList", 1), ("list_users", "UserSummaryList", 1),
        ("list_lambda_functions", "LambdaFunctions", 31), ("list_views", "ViewsSummaryList", 1),
        ("list_task_templates", "TaskTemplates", 1), ("list_quick_connects", "QuickConnectSummaryList", 1),
        ("list_routing_profiles", "RoutingProfileSummaryList", 1),
        ("list_phone_numbers_v2", "ListPhoneNumbersSummaryList", 1),
        ("search_contact_flows", "ContactFlows", 9), ("search_queues", "Queues", 2),
        ("search_hours_of_operations", "HoursOfOperations", 3),
    ]:
        items, token = [], None
        while True:
            more = {"NextToken": token} if token else {}
            answer = getattr(c, method)(**here, MaxResults=4, **more)
            items += answer[member]
            token = answer.get("NextToken")
            if not token:
                break
            if len(answer[member]) != 4:
                problems.append(f"{method}: a page of {len(answer[member])}")
        whole = getattr(c, method)(**here)
        if whole.get("NextToken") is None:
            equal(items, whole[member], f"{method} in pages")
        if len(items) < least:
            problems.append(f"{method}: {len(items)} items")
        if method != "list_phone_numbers_v2":
            refused("ResourceNotFoundException", getattr(c, method), InstanceId=nothing)
        refused("InvalidParameterException", getattr(c, method), **here, NextToken="nonsense")
    equal(len(c.list_lambda_functions(**here)["LambdaFunctions"]), 25, "page of functions")
    refused("InvalidParameterException", c.list_lambda_functions, **here, MaxResults=26)
    bots = c.list_bots(**here, LexVersion="V2")["LexBots"]
    equal(len(bots), 1, "bots")
    found = c.search_queues(**here, SearchCriteria={
        "StringCondition": {"FieldName": "name", "Value": "Sales", "ComparisonType": "STARTS_WITH"}})["Queues"]
    equal([queue["Name"] for queue in found], ["Sales team"], "search")
    found = c.search_hours_of_operations(**here, SearchFilter={
        "TagFilter": {"TagCondition": {"TagKey": "team", "TagValue": "voice"}}})["HoursOfOperations"]
    equal(sorted(one["Name"] for one in found), ["Daytime", "Nights"], "search by tag")

    queue_arn = arn + "/queue/" + queue
    c.tag_resource(resourceArn=queue_arn, tags={"more": "yes"})
    c.untag_resource(resourceArn=queue_arn, tagKeys=["team"])
    equal(c.list_tags_for_resource(resourceArn=queue_arn)["tags"], {"more": "yes"}, "tags")
    refused("ResourceNotFoundException", c.list_tags_for_resource, resourceArn=arn + "/queue/" + nothing)
    c.update_queue_outbound_caller_config(**at, OutboundCallerConfig={"OutboundCallerIdName": "Acme"})
    c.delete_queue(**at)
    c.delete_hours_of_operation(**here, HoursOfOperationId=hours)
    not_there(c.list_security_profiles, **here)

    lex = client("lexv2-models", endpoint)
    bot = lex.list_bots(filters=[{"name": "BotName", "values": ["Orders"], "operator": "EQ"}])["botSummaries"][0]["botId"]
    names = [alias["botAliasName"] for alias in lex.list_bot_aliases(botId=bot)["botAliasSummaries"]]
    equal(sorted(names), ["TestBotAlias", "live", "test"], "aliases")
    if f"bot-alias/{bot}/" not in bots[0]["LexV2Bot"]["AliasArn"]:
        problems.append("the alias ARN does not name the bot")
    refused("ValidationException", lex.list_bot_aliases, botId="AAAAAAAAAA")


def not_there(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 501, "an operation that is not there")
        problems[:] = [problem for problem in problems if "NotImplemented is not modelled" not in problem]
        return
    problems.append("an operation that is not there was answered")


def sts(endpoint):
    c = client("sts", endpoint)
    equal(c.get_caller_identity()["Account"], "111111111111", "account")
    role = "arn:aws:iam::111111111111:role/snapdeploy"
    refused("AccessDenied", c.assume_role, RoleArn=role, RoleSessionName="test", ExternalId="wrong")
    refused("AccessDenied", c.assume_role, RoleArn=role + "x", RoleSessionName="test")
    refused("ValidationError", c.assume_role, RoleArn=role, RoleSessionName="not allowed")
    got = c.assume_role(RoleArn="arn:aws:iam::222222222222:role/snapdeploy", RoleSessionName="test")["Credentials"]
    there = client("sts", endpoint, got["AccessKeyId"], got["SessionToken"])
    equal(there.get_caller_identity()["Arn"], "arn:aws:sts::222222222222:assumed-role/snapdeploy/test", "assumed")


def s3(endpoint):
    c = client("s3", endpoint)
    c.create_bucket(Bucket="acme-other")
    c.head_bucket(Bucket="acme-store")
    refused("404", c.head_bucket, Bucket="acme-nowhere")
    body = b"snap" * 5000
    for n in range(12):
        c.put_object(Bucket="acme-store", Key=f"a/{n:02} x+y.bin", Body=body, IfNoneMatch="*", ContentType="text/plain",
                     Metadata={"note": "kept"}, ChecksumAlgorithm="SHA256")
    refused("PreconditionFailed", c.put_object, Bucket="acme-store", Key="a/00 x+y.bin", Body=b"", IfNoneMatch="*")
    refused("BadDigest", c.put_object, Bucket="acme-store", Key="b", Body=body, ContentMD5=base64.b64encode(b"0" * 16).decode())
    c.put_object(Bucket="acme-store", Key="b", Body=body, ContentMD5=base64.b64encode(hashlib.md5(body).digest()).decode())
    got = c.get_object(Bucket="acme-store", Key="a/00 x+y.bin", ChecksumMode="ENABLED")
    equal(got["Body"].read(), body, "body")
    equal((got["Metadata"], got["ContentType"], got["ETag"]),
          ({"note": "kept"}, "text/plain", '"' + hashlib.md5(body).hexdigest() + '"'), "object")
    equal(c.get_object(Bucket="acme-store", Key="b", Range="bytes=4-11")["Body"].read(), b"snapsnap", "range")
    refused("InvalidRange", c.get_object, Bucket="acme-store", Key="b", Range="bytes=999999-")
    head = c.head_object(Bucket="acme-store", Key="a/00 x+y.bin", ChecksumMode="ENABLED")
    equal(head["ChecksumSHA256"], base64.b64encode(hashlib.sha256(body).digest()).decode(), "checksum")
    equal(head["ContentLength"], len(body), "length")
    refused("NoSuchKey", c.get_object, Bucket="acme-store", Key="none")
    refused("NoSuchBucket", c.get_object, Bucket="acme-nowhere", Key="none")
    pages = c.get_paginator("list_objects_v2").paginate(Bucket="acme-store", PaginationConfig={"PageSize": 5})
    keys = [one["Key"] for page in pages for one in page["Contents"]]
    equal(keys, [f"a/{n:02} x+y.bin" for n in range(12)] + ["b"], "keys")
    got = c.list_objects_v2(Bucket="acme-store", Delimiter="/")
    equal([one["Prefix"] for one in got["CommonPrefixes"]], ["a/"], "prefixes")
    got = c.list_objects_v2(Bucket="acme-store", Prefix="a/", StartAfter="a/09 x+y.bin")
    equal(len(got["Contents"]), 2, "start after")
    refused("AccessDenied", client("s3", endpoint, "222222222222").get_object, Bucket="acme-store", Key="b")
    not_there(c.delete_object, Bucket="acme-store", Key="b")


def dynamodb(endpoint):
    c = client("dynamodb", endpoint)
    c.create_table(
        TableName="more", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "who")],
        GlobalSecondaryIndexes=[{"IndexName": "by-who", "Projection": {"ProjectionType": "ALL"}, "KeySchema": [
            {"AttributeName": "who", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]}],
        BillingMode="PAY_PER_REQUEST")
    refused("ValidationException", c.create_table, TableName="paid", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
    refused("ResourceInUseException", c.create_table, TableName="more", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}])
    equal(c.describe_table(TableName="more")["Table"]["TableStatus"], "ACTIVE", "table")
    at = {"TableName": "more"}
    for n in range(9):
        c.put_item(**at, Item={"pk": {"S": "p"}, "sk": {"S": f"s{n}"}, "n": {"N": str(n)}, "who": {"S": "robin"}})
    key = {"pk": {"S": "p"}, "sk": {"S": "s3"}}
    equal(c.get_item(**at, Key=key, ConsistentRead=True)["Item"]["n"], {"N": "3"}, "item")
    equal("Item" in c.get_item(**at, Key={"pk": {"S": "p"}, "sk": {"S": "none"}}), False, "no item")
    error = refused("ConditionalCheckFailedException", c.put_item, **at, Item=key, ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    ConditionExpression="attribute_not_exists(pk)")
    equal(error.get("Item", {}).get("n"), {"N": "3"}, "old item")
    got = c.update_item(
        **at, Key=key, UpdateExpression="SET #s = :s, seen = if_not_exists(seen, :zero) + :one, m = n - :one REMOVE who ADD hits :one",
        ConditionExpression="n BETWEEN :zero AND :ten AND NOT (attribute_exists(gone) OR #s = :s)",
        ExpressionAttributeNames={"#s": "state"}, ReturnValues="ALL_NEW",
        ExpressionAttributeValues={":s": {"S": "ok"}, ":zero": {"N": "0"}, ":one": {"N": "1"}, ":ten": {"N": "10"}})
    equal({k: got["Attributes"].get(k) for k in ("seen", "m", "hits", "who", "state")},
          {"seen": {"N": "1"}, "m": {"N": "2"}, "hits": {"N": "1"}, "who": None, "state": {"S": "ok"}}, "update")
    p = {":p": {"S": "p"}}
    for condition, values, wanted in [
        ("pk = :p", {}, 9), ("pk = :p AND begins_with(sk, :a)", {":a": {"S": "s"}}, 9),
        ("pk = :p AND sk < :a", {":a": {"S": "s3"}}, 3), ("pk = :p AND sk <= :a", {":a": {"S": "s3"}}, 4),
        ("pk = :p AND sk > :a", {":a": {"S": "s3"}}, 5), ("pk = :p AND sk >= :a", {":a": {"S": "s3"}}, 6),
        ("pk = :p AND sk BETWEEN :a AND :b", {":a": {"S": "s1"}, ":b": {"S": "s3"}}, 3), ("pk = :p AND sk = :a", {":a": {"S": "s1"}}, 1),
    ]:
        equal(c.query(**at, KeyConditionExpression=condition, ExpressionAttributeValues={**p, **values})["Count"], wanted, condition)
    pages = list(c.get_paginator("query").paginate(
        **at, KeyConditionExpression="pk = :p", ExpressionAttributeValues=p, ScanIndexForward=False, PaginationConfig={"PageSize": 4}))
    equal([one["sk"]["S"] for page in pages for one in page["Items"]], [f"s{n}" for n in range(8, -1, -1)], "backwards")
    got = c.query(**at, IndexName="by-who", KeyConditionExpression="who = :w", FilterExpression="n > :n",
                  ExpressionAttributeValues={":w": {"S": "robin"}, ":n": {"N": "5"}})
    equal((got["Count"], got["ScannedCount"]), (3, 8), "index")
    got = c.query(**at, KeyConditionExpression="pk = :p", ProjectionExpression="sk, #n", Limit=1,
                  ExpressionAttributeNames={"#n": "n"}, ExpressionAttributeValues=p)
    equal((got["Items"], got["LastEvaluatedKey"]["sk"]), ([{"sk": {"S": "s0"}, "n": {"N": "0"}}], {"S": "s0"}), "projection")
    for arguments in [
        {"KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": {**p, ":unused": {"S": "x"}}},
        {"KeyConditionExpression": "pk = :q", "ExpressionAttributeValues": p},
        {"KeyConditionExpression": "pk < :p", "ExpressionAttributeValues": p},
        {"KeyConditionExpression": "pk = :p AND", "ExpressionAttributeValues": p},
        {"KeyConditionExpression": "pk = :p", "FilterExpression": "state = :p", "ExpressionAttributeValues": p},
    ]:
        refused("ValidationException", c.query, **at, **arguments)
    put = lambda n, **more: {"Put": {**at, "Item": {"pk": {"S": "t"}, "sk": {"S": n}}, **more}}
    token = "a" * 36
    c.transact_write_items(TransactItems=[put("1"), put("2")], ClientRequestToken=token)
    c.delete_item(**at, Key={"pk": {"S": "t"}, "sk": {"S": "1"}})
    c.transact_write_items(TransactItems=[put("1"), put("2")], ClientRequestToken=token)
    equal("Item" in c.get_item(**at, Key={"pk": {"S": "t"}, "sk": {"S": "1"}}), False, "replay is not done twice")
    refused("IdempotentParameterMismatchException", c.transact_write_items, TransactItems=[put("3")], ClientRequestToken=token)
    error = refused(
        "TransactionCanceledException", c.transact_write_items,
        TransactItems=[put("4"), put("2", ConditionExpression="attribute_not_exists(pk)", ReturnValuesOnConditionCheckFailure="ALL_OLD")])
    equal([(reason["Code"], reason.get("Item")) for reason in error.get("CancellationReasons", [])],
          [("None", None), ("ConditionalCheckFailed", {"pk": {"S": "t"}, "sk": {"S": "2"}})], "reasons")
    equal("Item" in c.get_item(**at, Key={"pk": {"S": "t"}, "sk": {"S": "4"}}), False, "nothing was done")
    refused("ValidationException", c.transact_write_items, TransactItems=[put("5"), put("5")])
    c.transact_write_items(TransactItems=[
        {"ConditionCheck": {**at, "Key": {"pk": {"S": "t"}, "sk": {"S": "2"}}, "ConditionExpression": "attribute_exists(pk)"}},
        {"Update": {**at, "Key": {"pk": {"S": "t"}, "sk": {"S": "6"}}, "UpdateExpression": "ADD n :n", "ExpressionAttributeValues": {":n": {"N": "5"}}}},
        {"Delete": {**at, "Key": key}}])
    equal(c.get_item(**at, Key={"pk": {"S": "t"}, "sk": {"S": "6"}})["Item"]["n"], {"N": "5"}, "made by update")
    refused("ResourceNotFoundException", c.get_item, TableName="none", Key=key)
    refused("ValidationException", c.get_item, **at, Key={"pk": {"S": "p"}})


endpoint = sys.argv[1]
for part in (sts, connect, s3, dynamodb):
    try:
        part(endpoint)
    except Exception as error:
        problems.append(f"{part.__name__}: {error!r}")
for operation, count in sorted(seen.items()):
    print(f"{operation} {count}")
for problem in problems:
    print(f"WRONG {problem}", file=sys.stderr)
sys.exit(1 if problems else 0)
