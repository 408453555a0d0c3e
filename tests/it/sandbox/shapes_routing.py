"""Routing profiles, quick connects, links of queues, settings of buckets and tables (see check_shapes.py)."""

import time

from shapes import client, equal, not_there, problems, refused

NOTHING = "00000000-0000-4000-8000-000000000000"


def pages(method, member, size, **arguments):
    """All items, page by page; each page but the last must be full."""
    items, token = [], None
    while True:
        answer = method(**arguments, MaxResults=size, **({"NextToken": token} if token else {}))
        items += answer[member]
        token = answer.get("NextToken")
        if not token:
            return items
        if len(answer[member]) != size:
            problems.append(f"{member}: a page of {len(answer[member])}")


def routing(endpoint):
    c = client("connect", endpoint)
    instance = c.list_instances()["InstanceSummaryList"][0]["Id"]
    here = {"InstanceId": instance}
    hours = c.list_hours_of_operations(**here)["HoursOfOperationSummaryList"][0]["Id"]
    flow = next(one for one in c.list_contact_flows(**here)["ContactFlowSummaryList"] if one["Name"] == "Default queue transfer")["Id"]
    user = c.list_users(**here)["UserSummaryList"][0]["Id"]

    def quick(name, kind, config, **more):
        return c.create_quick_connect(**here, Name=name, QuickConnectConfig={"QuickConnectType": kind, **config}, **more)

    phone = {"PhoneConfig": {"PhoneNumber": "+15555550123"}}
    queue = c.create_queue(**here, Name="Links", HoursOfOperationId=hours)["QueueId"]
    other = c.create_queue(**here, Name="Other links", HoursOfOperationId=hours)["QueueId"]
    quicks = [
        quick("To robin", "USER", {"UserConfig": {"UserId": user, "ContactFlowId": flow}}, Tags={"team": "voice"}, Description="An agent"),
        quick("To a queue", "QUEUE", {"QueueConfig": {"QueueId": other, "ContactFlowId": flow}}),
        quick("To a phone", "PHONE_NUMBER", phone),
        quick("To a flow", "FLOW", {"FlowConfig": {"ContactFlowId": flow}}),
    ]
    ids = [one["QuickConnectId"] for one in quicks]
    refused("DuplicateResourceException", quick, name="To robin", kind="PHONE_NUMBER", config=phone)
    refused("ResourceNotFoundException", quick, name="x", kind="USER", config={"UserConfig": {"UserId": NOTHING, "ContactFlowId": flow}})
    refused("ResourceNotFoundException", quick, name="x", kind="QUEUE", config={"QueueConfig": {"QueueId": NOTHING, "ContactFlowId": flow}})
    refused("ResourceNotFoundException", quick, name="x", kind="FLOW", config={"FlowConfig": {"ContactFlowId": NOTHING}})
    refused("InvalidRequestException", quick, name="x", kind="FLOW", config=phone)
    refused("InvalidRequestException", quick, name="x", kind="PHONE_NUMBER", config={**phone, "FlowConfig": {"ContactFlowId": flow}})
    refused("InvalidParameterException", quick, name="x", kind="PHONE_NUMBER", config={"PhoneConfig": {"PhoneNumber": "555"}})
    refused("InvalidParameterException", quick, name="x", kind="FAX", config=phone)
    at = {**here, "QuickConnectId": ids[0]}
    got = c.describe_quick_connect(**at)["QuickConnect"]
    equal((got["Name"], got["Description"], got["Tags"], got["QuickConnectConfig"]["UserConfig"]["UserId"], got["QuickConnectARN"]),
          ("To robin", "An agent", {"team": "voice"}, user, quicks[0]["QuickConnectARN"]), "quick connect")
    c.update_quick_connect_name(**at, Name="To Robin", Description="")
    equal("Description" in c.describe_quick_connect(**at)["QuickConnect"], False, "an empty description")
    refused("InvalidRequestException", c.update_quick_connect_name, **at, Name="To a flow")
    refused("InvalidRequestException", c.update_quick_connect_name, **at)
    c.update_quick_connect_config(**at, QuickConnectConfig={"QuickConnectType": "PHONE_NUMBER", **phone})
    refused("InvalidParameterException", c.update_quick_connect_config, **at,
            QuickConnectConfig={"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+0"}})
    for call in (c.describe_quick_connect, c.delete_quick_connect):
        refused("ResourceNotFoundException", call, **here, QuickConnectId=NOTHING)
    listed = c.list_quick_connects(**here, QuickConnectTypes=["PHONE_NUMBER"])["QuickConnectSummaryList"]
    equal(sorted(one["Name"] for one in listed), ["Front desk", "To Robin", "To a phone"], "by type")
    found = c.search_quick_connects(**here, SearchFilter={"TagFilter": {"TagCondition": {"TagKey": "team"}}})["QuickConnects"]
    equal([one["QuickConnectConfig"]["QuickConnectType"] for one in found], ["PHONE_NUMBER"], "search by tag")
    equal(len(pages(c.search_quick_connects, "QuickConnects", 2, **here)), 5, "search in pages")
    refused("InvalidParameterException", c.search_quick_connects, **here, MaxResults=101)

    links = {**here, "QueueId": queue}
    c.associate_queue_quick_connects(**links, QuickConnectIds=ids)
    equal([one["Id"] for one in pages(c.list_queue_quick_connects, "QuickConnectSummaryList", 3, **links)], sorted(ids), "links")
    refused("InvalidParameterException", c.list_queue_quick_connects, **links, MaxResults=101)
    c.disassociate_queue_quick_connects(**links, QuickConnectIds=ids[2:])
    equal(len(c.list_queue_quick_connects(**links)["QuickConnectSummaryList"]), 2, "links left")
    refused("ResourceNotFoundException", c.associate_queue_quick_connects, **links, QuickConnectIds=[NOTHING])
    refused("ResourceNotFoundException", c.list_queue_quick_connects, **here, QueueId=NOTHING)
    refused("InvalidParameterException", c.associate_queue_quick_connects, **links, QuickConnectIds=ids[:1] * 51)
    refused("InvalidParameterException", c.disassociate_queue_quick_connects, **links, QuickConnectIds=ids[:1] * 51)
    made = c.create_queue(**here, Name="Linked from the start", HoursOfOperationId=hours, QuickConnectIds=ids[1:3],
                          EmailAddressesConfig=[{"EmailAddressId": "first"}])["QueueId"]
    equal(len(c.list_queue_quick_connects(**here, QueueId=made)["QuickConnectSummaryList"]), 2, "links of a create")
    equal("QuickConnectIds" in c.describe_queue(**here, QueueId=made)["Queue"], False, "Describe has no links")
    mail = {**here, "QueueId": made}
    c.associate_queue_email_addresses(**mail, EmailAddressesConfig=[{"EmailAddressId": "second"}, {"EmailAddressId": "third"}])
    c.disassociate_queue_email_addresses(**mail, EmailAddressesId=["first"])
    c.update_queue_outbound_email_config(**mail, OutboundEmailConfig={"OutboundEmailAddressId": "main"})
    got = pages(c.list_queue_email_addresses, "EmailAddressMetadataList", 2, **mail)
    equal([(one["Id"], one["IsDefaultOutboundEmail"]) for one in got], [("main", True), ("second", False), ("third", False)], "mail")
    refused("LimitExceededException", c.associate_queue_email_addresses, **mail,
            EmailAddressesConfig=[{"EmailAddressId": f"mail {n}"} for n in range(48)])

    def config(queue, channel="VOICE", priority=1, delay=0):
        return {"QueueReference": {"QueueId": queue, "Channel": channel}, "Priority": priority, "Delay": delay}

    def ref(queue, channel="VOICE"):
        return {"QueueId": queue, "Channel": channel}

    voice = [{"Channel": "VOICE", "Concurrency": 1}, {"Channel": "CHAT", "Concurrency": 3, "CrossChannelBehavior": {"BehaviorType": "ROUTE_ANY_CHANNEL"}}]
    new = dict(here, Name="Agents", Description="All agents", DefaultOutboundQueueId=queue, MediaConcurrencies=voice)
    made_profile = c.create_routing_profile(
        **new, Tags={"team": "voice"}, QueueConfigs=[config(queue), config(queue, "CHAT", 2, 30)],
        ManualAssignmentQueueConfigs=[{"QueueReference": ref(other, "TASK")}], AgentAvailabilityTimer="TIME_SINCE_LAST_INBOUND")
    profile = made_profile["RoutingProfileId"]
    refused("DuplicateResourceException", c.create_routing_profile, **new)
    new["Name"] = "More"
    refused("InvalidParameterException", c.create_routing_profile, **new, QueueConfigs=[config(queue, priority=n + 1) for n in range(11)])
    refused("InvalidParameterException", c.create_routing_profile, **new, QueueConfigs=[config(queue, priority=100)])
    refused("InvalidParameterException", c.create_routing_profile, **new, QueueConfigs=[config(queue, delay=10000)])
    refused("InvalidParameterException", c.create_routing_profile, **new, QueueConfigs=[config(queue, "FAX")])
    refused("ResourceNotFoundException", c.create_routing_profile, **new, QueueConfigs=[config(NOTHING)])
    for wrong in ([{"Channel": "VOICE", "Concurrency": 2}], [{"Channel": "CHAT", "Concurrency": 11}], voice + voice):
        refused("InvalidParameterException", c.create_routing_profile, **{**new, "MediaConcurrencies": wrong})
    refused("ResourceNotFoundException", c.create_routing_profile, **{**new, "DefaultOutboundQueueId": NOTHING})
    at = {**here, "RoutingProfileId": profile}
    got = c.describe_routing_profile(**at)["RoutingProfile"]
    equal((got["NumberOfAssociatedQueues"], got["NumberOfAssociatedManualAssignmentQueues"], got["AssociatedQueueIds"], got["IsDefault"],
           got["AgentAvailabilityTimer"], got["Tags"], got["MediaConcurrencies"][1]["CrossChannelBehavior"]["BehaviorType"]),
          (2, 1, [queue], False, "TIME_SINCE_LAST_INBOUND", {"team": "voice"}, "ROUTE_ANY_CHANNEL"), "routing profile")
    c.update_routing_profile_name(**at, Name="Voice agents", Description="All who talk")
    refused("DuplicateResourceException", c.update_routing_profile_name, **at, Name="Basic Routing Profile")
    c.update_routing_profile_concurrency(**at, MediaConcurrencies=voice[:1])
    c.update_routing_profile_default_outbound_queue(**at, DefaultOutboundQueueId=other)
    refused("ResourceNotFoundException", c.update_routing_profile_default_outbound_queue, **at, DefaultOutboundQueueId=NOTHING)
    c.update_routing_profile_agent_availability_timer(**at, AgentAvailabilityTimer="TIME_SINCE_LAST_ACTIVITY")
    got = c.describe_routing_profile(**at)["RoutingProfile"]
    equal((got["Name"], got["Description"], len(got["MediaConcurrencies"]), got["DefaultOutboundQueueId"], got["AgentAvailabilityTimer"]),
          ("Voice agents", "All who talk", 1, other, "TIME_SINCE_LAST_ACTIVITY"), "updates")
    c.associate_routing_profile_queues(**at, QueueConfigs=[config(other, "TASK", 5, 9)], ManualAssignmentQueueConfigs=[{"QueueReference": ref(queue, "CHAT")}])
    c.update_routing_profile_queues(**at, QueueConfigs=[config(queue, "CHAT", 9, 99)])
    refused("InvalidRequestException", c.update_routing_profile_queues, **at, QueueConfigs=[config(queue, "EMAIL")])
    got = pages(c.list_routing_profile_queues, "RoutingProfileQueueConfigSummaryList", 2, **at)
    wanted = sorted([(queue, "VOICE", 1, 0), (queue, "CHAT", 9, 99), (other, "TASK", 5, 9)])
    equal([(one["QueueId"], one["Channel"], one["Priority"], one["Delay"]) for one in got], wanted, "queues")
    got = c.list_routing_profile_manual_assignment_queues(**at)["RoutingProfileManualAssignmentQueueConfigSummaryList"]
    equal([(one["QueueName"], one["Channel"]) for one in got],
          [pair for _, pair in sorted([(other, ("Other links", "TASK")), (queue, ("Links", "CHAT"))])], "manual")
    c.disassociate_routing_profile_queues(**at, QueueReferences=[ref(queue), ref(queue, "CHAT")], ManualAssignmentQueueReferences=[ref(other, "TASK")])
    equal(len(c.list_routing_profile_queues(**at)["RoutingProfileQueueConfigSummaryList"]), 1, "queues left")
    refused("InvalidParameterException", c.disassociate_routing_profile_queues, **at, QueueReferences=[ref(queue)] * 11)
    refused("InvalidRequestException", c.disassociate_routing_profile_queues, **at)
    refused("InvalidRequestException", c.associate_routing_profile_queues, **at)
    for call in (c.describe_routing_profile, c.delete_routing_profile, c.list_routing_profile_queues):
        refused("ResourceNotFoundException", call, **here, RoutingProfileId=NOTHING)
    found = c.search_routing_profiles(**here, MaxResults=500, SearchCriteria={
        "StringCondition": {"FieldName": "description", "Value": "talk", "ComparisonType": "CONTAINS"}})
    equal((found["ApproximateTotalCount"], [one["RoutingProfileId"] for one in found["RoutingProfiles"]]), (1, [profile]), "search")
    basic = c.search_routing_profiles(**here, SearchCriteria={
        "StringCondition": {"FieldName": "name", "Value": "Basic", "ComparisonType": "STARTS_WITH"}})["RoutingProfiles"][0]
    equal((basic["IsDefault"], basic["NumberOfAssociatedUsers"]), (True, 1), "the basic profile")
    refused("ResourceInUseException", c.delete_routing_profile, **here, RoutingProfileId=basic["RoutingProfileId"])
    equal(len(pages(c.search_routing_profiles, "RoutingProfiles", 1, **here)), 2, "profiles in pages")
    refused("InvalidParameterException", c.search_routing_profiles, **here, MaxResults=501)
    equal(len(c.search_queues(**here, MaxResults=500)["Queues"]), len(c.list_queues(**here)["QueueSummaryList"]), "500 queues a page")

    refused("ResourceInUseException", c.delete_queue, **here, QueueId=other)
    c.tag_resource(resourceArn=made_profile["RoutingProfileArn"], tags={"more": "yes"})
    equal(c.describe_routing_profile(**at)["RoutingProfile"]["Tags"], {"team": "voice", "more": "yes"}, "tags of a profile")
    c.delete_routing_profile(**at)
    for one in ids:
        c.delete_quick_connect(**here, QuickConnectId=one)
    equal(c.list_queue_quick_connects(**links)["QuickConnectSummaryList"], [], "links are gone with their quick connects")
    for one in (queue, other, made):
        c.delete_queue(**here, QueueId=one)


def settings(endpoint):
    c = client("s3", endpoint)
    refused("BucketAlreadyExists", client("s3", endpoint, "222222222222").create_bucket, Bucket="acme-store")
    c.create_bucket(Bucket="acme-abroad", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    equal(c.get_bucket_location(Bucket="acme-abroad")["LocationConstraint"], "eu-central-1", "location")
    equal(c.get_bucket_location(Bucket="acme-store")["LocationConstraint"], None, "no location")
    abroad = client("s3", endpoint, region="eu-central-1")
    refused("BucketAlreadyOwnedByYou", abroad.create_bucket, Bucket="acme-abroad", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    not_modelled = len(problems)
    refused("IllegalLocationConstraintException", abroad.create_bucket, Bucket="acme-x", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    at = {"Bucket": "acme-store"}
    refused("NoSuchPublicAccessBlockConfiguration", c.get_public_access_block, **at)
    refused("NoSuchLifecycleConfiguration", c.get_bucket_lifecycle_configuration, **at)
    refused("MalformedXML", c.put_bucket_lifecycle_configuration, **at, LifecycleConfiguration={"Rules": []})
    # The model lists no errors for these operations; their names are those of "Error responses" in the S3 reference.
    problems[not_modelled:] = [one for one in problems[not_modelled:] if not one.endswith("is not modelled")]
    equal("Status" in c.get_bucket_versioning(**at), False, "versioning never set")
    for status in ("Enabled", "Suspended"):
        c.put_bucket_versioning(**at, VersioningConfiguration={"Status": status})
        equal(c.get_bucket_versioning(**at)["Status"], status, "versioning")
    default = c.get_bucket_encryption(**at)["ServerSideEncryptionConfiguration"]["Rules"]
    equal(default[0]["ApplyServerSideEncryptionByDefault"], {"SSEAlgorithm": "AES256"}, "default encryption")
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "a<b"}, "BucketKeyEnabled": True}]
    c.put_bucket_encryption(**at, ServerSideEncryptionConfiguration={"Rules": rules})
    equal(c.get_bucket_encryption(**at)["ServerSideEncryptionConfiguration"]["Rules"], rules, "encryption")
    equal(set(c.get_public_access_block(Bucket="acme-abroad")["PublicAccessBlockConfiguration"].values()), {True}, "a new bucket")
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
    c.put_public_access_block(**at, PublicAccessBlockConfiguration=block)
    equal(c.get_public_access_block(**at)["PublicAccessBlockConfiguration"], block, "public access")
    rules = [
        {"ID": "uploads", "Status": "Enabled", "Filter": {"Prefix": ""}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {"Status": "Enabled", "Filter": {"Prefix": ""}, "NoncurrentVersionExpiration": {"NoncurrentDays": 30}},
    ]
    c.put_bucket_lifecycle_configuration(**at, LifecycleConfiguration={"Rules": rules})
    got = c.get_bucket_lifecycle_configuration(**at)["Rules"]
    equal(len(got[1].pop("ID", "")), 36, "a rule is given an id")
    equal(got, rules, "lifecycle")
    refused("AccessDenied", client("s3", endpoint, "222222222222").get_bucket_versioning, **at)
    not_there(c.delete_bucket_lifecycle, **at)

    d = client("dynamodb", endpoint)
    new = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
           "BillingMode": "PAY_PER_REQUEST"}
    made = d.create_table(TableName="settings", DeletionProtectionEnabled=True, **new)["TableDescription"]
    equal((made["TableStatus"], made["DeletionProtectionEnabled"]), ("CREATING", True), "new table")
    at = {"TableName": "settings"}
    refused("ResourceInUseException", d.update_table, **at, DeletionProtectionEnabled=False)
    refused("ContinuousBackupsUnavailableException", d.update_continuous_backups, **at, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    refused("ResourceNotFoundException", d.put_item, **at, Item={"pk": {"S": "p"}})
    equal([d.describe_table(**at)["Table"]["TableStatus"] for _ in range(2)], ["CREATING", "ACTIVE"], "CREATING once")
    d.put_item(**at, Item={"pk": {"S": "p"}})
    equal(d.update_table(**at, DeletionProtectionEnabled=False)["TableDescription"]["DeletionProtectionEnabled"], False, "update")
    equal(d.describe_table(**at)["Table"]["DeletionProtectionEnabled"], False, "deletion protection")
    off = d.describe_continuous_backups(**at)["ContinuousBackupsDescription"]
    equal((off["ContinuousBackupsStatus"], off["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]), ("ENABLED", "DISABLED"), "backups")
    d.update_continuous_backups(**at, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7})
    on = d.describe_continuous_backups(**at)["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    equal((on["PointInTimeRecoveryStatus"], on["RecoveryPeriodInDays"]), ("ENABLED", 7), "recovery")
    equal(abs(on["LatestRestorableDateTime"].timestamp() - time.time()) < 3600, True, "restorable until now")
    refused("TableNotFoundException", d.describe_continuous_backups, TableName="none")
    refused("TableNotFoundException", d.update_continuous_backups, TableName="none", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True})
    refused("ResourceNotFoundException", d.update_table, TableName="none", DeletionProtectionEnabled=True)
    first = d.list_tables(Limit=1)
    equal(first["LastEvaluatedTableName"], first["TableNames"][0], "a page of tables")
    rest = d.list_tables(ExclusiveStartTableName=first["LastEvaluatedTableName"])
    equal("LastEvaluatedTableName" in rest, False, "the last page")
    equal(set(first["TableNames"] + rest["TableNames"]) >= {"ledger", "settings"}, True, "tables")
    not_there(d.delete_table, **at)
