"""Drives every operation of the sandbox with boto3 and checks the answers (see shapes.py).

Usage: check_shapes.py ENDPOINT. Prints a line for each operation; ends with 1 when something was wrong.
"""

import base64
import hashlib
import json
import sys

from check_settings import functions, settings
from shapes_contacts import contacts
from shapes import client, equal, not_there, problems, refused, seen
from shapes_balancing import balancing
from shapes_codedeploy import codedeploy
from shapes_content import content
from shapes_ecr import ecr
from shapes_ecs import ecs
from shapes_front import front
from shapes_lambda import lambda_
from shapes_lex import lex
from shapes_logs import alarms, logs, roles
from shapes_members import members
from shapes_metrics import metrics, scans
from shapes_secrets import secrets
from shapes_routing import routing, settings as store_settings


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
    not_there(c.list_metrics, **here)

    lex = client("lexv2-models", endpoint)
    bot = lex.list_bots(filters=[{"name": "BotName", "values": ["Orders"], "operator": "EQ"}])["botSummaries"][0]["botId"]
    names = [alias["botAliasName"] for alias in lex.list_bot_aliases(botId=bot)["botAliasSummaries"]]
    equal(sorted(names), ["TestBotAlias", "live", "test"], "aliases")
    if f"bot-alias/{bot}/" not in bots[0]["LexV2Bot"]["AliasArn"]:
        problems.append("the alias ARN does not name the bot")
    refused("ValidationException", lex.list_bot_aliases, botId="AAAAAAAAAA")


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
    c.put_object(Bucket="acme-store", Key="b", Body=b"new", IfMatch=head["ETag"], ContentEncoding="gzip", CacheControl="no-cache")
    got = c.head_object(Bucket="acme-store", Key="b")
    equal((got["ContentEncoding"], got["CacheControl"]), ("gzip", "no-cache"), "headers")
    refused("PreconditionFailed", c.put_object, Bucket="acme-store", Key="b", Body=b"", IfMatch=head["ETag"])
    refused("NoSuchKey", c.put_object, Bucket="acme-store", Key="none", Body=b"", IfMatch=head["ETag"])
    c.delete_object(Bucket="acme-store", Key="b")
    c.delete_object(Bucket="acme-store", Key="b")
    got = c.delete_objects(Bucket="acme-store", Delete={"Objects": [{"Key": key} for key in keys]})
    equal([one["Key"] for one in got["Deleted"]], keys, "deleted")
    equal(c.list_objects_v2(Bucket="acme-store")["KeyCount"], 0, "all is gone")
    not_there(c.delete_bucket, Bucket="acme-store")


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
    states = [c.describe_table(TableName="more")["Table"]["TableStatus"] for _ in range(2)]
    equal(states, ["CREATING", "ACTIVE"], "table")
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
PARTS = (
    *(sts, connect, content, settings, members, routing, contacts, functions, lambda_, lex),
    *(s3, dynamodb, store_settings, secrets, ecr, scans, logs, alarms, metrics, roles),
    *(balancing, codedeploy, ecs, front),
)
for part in PARTS:
    try:
        part(endpoint)
    except Exception as error:
        problems.append(f"{part.__name__}: {error!r}")
for operation, count in sorted(seen.items()):
    print(f"{operation} {count}")
for problem in problems:
    print(f"WRONG {problem}", file=sys.stderr)
sys.exit(1 if problems else 0)
