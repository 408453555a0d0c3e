"""The part of check_shapes.py for security profiles, agent statuses, numbers, associations, overrides and Lambda."""

from shapes import client, equal, problems, refused

NOTHING = "00000000-0000-4000-8000-000000000000"


def settings(endpoint):
    c = client("connect", endpoint)
    instance = c.list_instances()["InstanceSummaryList"][0]["Id"]
    arn = c.describe_instance(InstanceId=instance)["Instance"]["Arn"]
    here = {"InstanceId": instance}
    security_profiles(c, here, arn)
    agent_statuses(c, here, arn)
    numbers(c, here, arn)
    associations(c, here)
    overrides(c, here)
    parents(c, here)
    pages(c, here)


def security_profiles(c, here, arn):
    module = c.list_contact_flow_modules(**here)["ContactFlowModulesSummaryList"][0]["Id"]
    lists = {
        "Permissions": ["BasicAgentAccess", "Users.View"],
        "Applications": [{"Namespace": "desk", "ApplicationPermissions": ["ACCESS"], "Type": "THIRD_PARTY_APPLICATION"}],
        "AllowedFlowModules": [{"Type": "MCP", "FlowModuleId": module}],
        "AllowedAIAgents": [{"Type": "THIRD_PARTY", "Arn": "arn:aws:bedrock-agentcore:us-east-1:1:runtime/helper"}],
    }
    shown = {
        "Description": "Leads a team", "AllowedAccessControlTags": {"team": "voice"}, "TagRestrictedResources": ["User"],
        "HierarchyRestrictedResources": ["User"], "AllowedAccessControlHierarchyGroupId": NOTHING,
        "GranularAccessControlConfiguration": {"DataTableAccessControlConfiguration": {}}}
    made = c.create_security_profile(**here, SecurityProfileName="Lead", Tags={"team": "voice"}, **lists, **shown)
    at = {**here, "SecurityProfileId": made["SecurityProfileId"]}
    equal(made["SecurityProfileArn"], f"{arn}/security-profile/{made['SecurityProfileId']}", "security profile ARN")
    refused("DuplicateResourceException", c.create_security_profile, **here, SecurityProfileName="Lead")
    refused("DuplicateResourceException", c.create_security_profile, **here, SecurityProfileName="Admin")
    refused("InvalidParameterException", c.create_security_profile, **here, SecurityProfileName="Not/allowed")
    refused("InvalidParameterException", c.create_security_profile, **here, SecurityProfileName="x", Permissions=["p"] * 501)
    refused("ResourceNotFoundException", c.create_security_profile, **here, SecurityProfileName="x",
            AllowedFlowModules=[{"Type": "MCP", "FlowModuleId": NOTHING}])
    got = c.describe_security_profile(**at)["SecurityProfile"]
    equal({name: got.get(name) for name in shown}, shown, "security profile")
    equal((got["SecurityProfileName"], got["Tags"], "Permissions" in got), ("Lead", {"team": "voice"}, False), "profile")
    for method, member in [("permissions", "Permissions"), ("applications", "Applications"),
                           ("flow_modules", "AllowedFlowModules"), ("ai_agents", "AllowedAIAgents")]:
        call = getattr(c, f"list_security_profile_{method}")
        answer = call(**at)
        equal(answer[member], lists[member], member)
        equal("LastModifiedTime" in answer and answer["LastModifiedRegion"], "us-east-1", member + " modified")
        refused("ResourceNotFoundException", call, **here, SecurityProfileId=NOTHING)
    first = c.list_security_profile_permissions(**at, MaxResults=1)
    rest = c.list_security_profile_permissions(**at, MaxResults=1, NextToken=first["NextToken"])
    equal(first["Permissions"] + rest["Permissions"], lists["Permissions"], "permissions in pages")
    c.update_security_profile(**at, Permissions=["OutboundCallAccess"], Description="")
    equal(c.list_security_profile_permissions(**at)["Permissions"], ["OutboundCallAccess"], "replaced permissions")
    equal(c.list_security_profile_applications(**at)["Applications"], lists["Applications"], "kept applications")
    refused("ResourceNotFoundException", c.update_security_profile, **here, SecurityProfileId=NOTHING)
    names = {one["Name"]: one["Id"] for one in c.list_security_profiles(**here)["SecurityProfileSummaryList"]}
    equal(sorted(names), ["Admin", "Agent", "CallCenterManager", "Lead", "QualityAnalyst"], "security profiles")
    found = c.search_security_profiles(**here, SearchFilter={"TagFilter": {"TagCondition": {"TagKey": "team"}}})
    equal([one["SecurityProfileName"] for one in found["SecurityProfiles"]], ["Lead"], "profiles by tag")
    found = c.search_security_profiles(**here, SearchCriteria={
        "StringCondition": {"FieldName": "name", "Value": "adm", "ComparisonType": "STARTS_WITH"}})["SecurityProfiles"]
    equal([one["SecurityProfileName"] for one in found], ["Admin"], "profiles by name")
    c.tag_resource(resourceArn=made["SecurityProfileArn"], tags={"more": "yes"})
    refused("ResourceInUseException", c.delete_security_profile, **here, SecurityProfileId=names["Agent"])
    c.delete_security_profile(**at)
    refused("ResourceNotFoundException", c.describe_security_profile, **at)
    refused("ResourceNotFoundException", c.delete_security_profile, **at)


def agent_statuses(c, here, arn):
    made = c.create_agent_status(**here, Name="Lunch", State="ENABLED", Description="Away", DisplayOrder=3, Tags={"a": "b"})
    equal(made["AgentStatusARN"], f"{arn}/agent-state/{made['AgentStatusId']}", "status ARN")
    at = {**here, "AgentStatusId": made["AgentStatusId"]}
    refused("DuplicateResourceException", c.create_agent_status, **here, Name="Lunch", State="ENABLED")
    refused("InvalidParameterException", c.create_agent_status, **here, Name="x", State="ON")
    refused("InvalidParameterException", c.create_agent_status, **here, Name="x", State="ENABLED", DisplayOrder=51)
    got = c.describe_agent_status(**at)["AgentStatus"]
    equal([got[name] for name in ("Name", "Type", "State", "DisplayOrder", "Description", "Tags")],
          ["Lunch", "CUSTOM", "ENABLED", 3, "Away", {"a": "b"}], "status")
    c.update_agent_status(**at, Name="Break", State="DISABLED", ResetOrderNumber=True, Description="")
    got = c.describe_agent_status(**at)["AgentStatus"]
    equal((got["Name"], got["State"], "DisplayOrder" in got, "Description" in got), ("Break", "DISABLED", False, False), "updated")
    refused("ResourceNotFoundException", c.describe_agent_status, **here, AgentStatusId=NOTHING)
    of_type = lambda *types: {one["Name"]: one["Id"] for one in c.list_agent_statuses(
        **here, AgentStatusTypes=list(types))["AgentStatusSummaryList"]}
    equal((list(of_type("ROUTABLE")), list(of_type("OFFLINE")), list(of_type("CUSTOM"))),
          (["Available"], ["Offline"], ["Break"]), "status types")
    system = {**here, "AgentStatusId": of_type("ROUTABLE")["Available"]}
    refused("InvalidRequestException", c.update_agent_status, **system, State="DISABLED")
    refused("InvalidRequestException", c.update_agent_status, **system, Name="Ready")
    refused("DuplicateResourceException", c.update_agent_status, **at, Name="Available")
    c.update_agent_status(**system, Description="Takes calls", DisplayOrder=1)
    found = c.search_agent_statuses(**here, SearchCriteria={
        "StringCondition": {"FieldName": "type", "Value": "custom", "ComparisonType": "EXACT"}})["AgentStatuses"]
    equal([one["Name"] for one in found], ["Break"], "statuses by type")
    for part in ({"TagCondition": {"TagKey": "a"}}, {"AndCondition": {"TagConditions": [{"TagKey": "a", "TagValue": "b"}]}},
                 {"OrConditions": [{"TagConditions": [{"TagKey": "z"}]}, {"TagConditions": [{"TagKey": "a"}]}]}):
        found = c.search_agent_statuses(**here, SearchFilter={"AttributeFilter": part})["AgentStatuses"]
        equal([one["Name"] for one in found], ["Break"], f"statuses by {part}")


def numbers(c, here, arn):
    phone = c.list_phone_numbers_v2(TargetArn=arn, PhoneNumberPrefix="+1555", PhoneNumberTypes=["DID"])["ListPhoneNumbersSummaryList"][0]
    equal(c.list_phone_numbers_v2(TargetArn=arn, PhoneNumberCountryCodes=["DE"])["ListPhoneNumbersSummaryList"], [], "country")
    at = {"PhoneNumberId": phone["PhoneNumberId"]}
    refused("ResourceNotFoundException", c.describe_phone_number, PhoneNumberId=NOTHING)
    flows = c.list_contact_flows(**here)["ContactFlowSummaryList"]
    one = next(flow for flow in flows if flow["Name"] == "Soonest")
    whisper = next(flow for flow in flows if flow["Name"] == "Default outbound")
    equal(c.list_flow_associations(**here)["FlowAssociationSummaryList"], [], "no association")
    c.associate_phone_number_contact_flow(**at, **here, ContactFlowId=one["Id"])
    c.associate_phone_number_contact_flow(PhoneNumberId=phone["PhoneNumberArn"], **here, ContactFlowId=one["Arn"])
    refused("InvalidParameterException", c.associate_phone_number_contact_flow, **at, **here, ContactFlowId=whisper["Id"])
    refused("ResourceNotFoundException", c.associate_phone_number_contact_flow, **at, **here, ContactFlowId=NOTHING)
    refused("ResourceNotFoundException", c.associate_phone_number_contact_flow, **at, InstanceId=NOTHING, ContactFlowId=one["Id"])
    wanted = [{"ResourceId": phone["PhoneNumberArn"], "FlowId": one["Arn"], "ResourceType": "VOICE_PHONE_NUMBER"}]
    equal(c.list_flow_associations(**here, ResourceType="VOICE_PHONE_NUMBER")["FlowAssociationSummaryList"], wanted, "flow")
    equal(c.list_flow_associations(**here, ResourceType="INBOUND_EMAIL")["FlowAssociationSummaryList"], [], "emails")
    refused("InvalidParameterException", c.list_flow_associations, **here, ResourceType="FAX")
    for given, found in [(phone["PhoneNumberArn"], wanted), (phone["PhoneNumberArn"] + "x", [])]:
        equal(c.batch_get_flow_association(**here, ResourceIds=[given])["FlowAssociationSummaryList"], found, "batch")
    refused("InvalidParameterException", c.batch_get_flow_association, **here, ResourceIds=[phone["PhoneNumberArn"]] * 101)
    c.update_phone_number_metadata(**at, PhoneNumberDescription="Front desk")
    c.tag_resource(resourceArn=phone["PhoneNumberArn"], tags={"line": "main"})
    got = c.describe_phone_number(**at)["ClaimedPhoneNumberSummary"]
    equal((got["PhoneNumberDescription"], got["Tags"], got["TargetArn"]), ("Front desk", {"line": "main"}, arn), "number")
    c.disassociate_phone_number_contact_flow(**at, **here)
    equal(c.list_flow_associations(**here)["FlowAssociationSummaryList"], [], "taken away")
    refused("ResourceNotFoundException", c.disassociate_phone_number_contact_flow, PhoneNumberId=NOTHING, **here)


def associations(c, here):
    function = "arn:aws:lambda:us-east-1:111111111111:function:"
    c.associate_lambda_function(**here, FunctionArn=function + "later")
    refused("ResourceConflictException", c.associate_lambda_function, **here, FunctionArn=function + "later")
    refused("ResourceNotFoundException", c.associate_lambda_function, **here, FunctionArn=function + "nowhere")
    refused("InvalidParameterException", c.associate_lambda_function, **here, FunctionArn="x" * 141)
    refused("InvalidParameterException", c.associate_lambda_function, **here, FunctionArn="later")
    c.disassociate_lambda_function(**here, FunctionArn=function + "later")
    refused("ResourceNotFoundException", c.disassociate_lambda_function, **here, FunctionArn=function + "later")
    refused("ResourceNotFoundException", c.associate_lambda_function, InstanceId=NOTHING, FunctionArn=function + "later")

    live = c.list_bots(**here, LexVersion="V2")["LexBots"][0]["LexV2Bot"]["AliasArn"]
    draft = live.rsplit("/", 1)[0] + "/TSTALIASID"
    c.associate_bot(**here, LexV2Bot={"AliasArn": draft})
    refused("ResourceConflictException", c.associate_bot, **here, LexV2Bot={"AliasArn": draft})
    refused("ResourceNotFoundException", c.associate_bot, **here, LexV2Bot={"AliasArn": draft + "X"})
    refused("InvalidRequestException", c.associate_bot, **here)
    equal(len(c.list_bots(**here, LexVersion="V2")["LexBots"]), 2, "two bots")
    c.disassociate_bot(**here, LexV2Bot={"AliasArn": draft})
    refused("ResourceNotFoundException", c.disassociate_bot, **here, LexV2Bot={"AliasArn": draft})

    origins = [f"https://desk{n:02}.example.com" for n in range(26)]
    for origin in origins:
        c.associate_approved_origin(**here, Origin=origin)
    refused("ResourceConflictException", c.associate_approved_origin, **here, Origin=origins[0])
    refused("InvalidParameterException", c.associate_approved_origin, **here, Origin="desk")
    refused("InvalidParameterException", c.associate_approved_origin, **here, Origin="https://" + "x" * 260)
    page = c.list_approved_origins(**here)
    rest = c.list_approved_origins(**here, NextToken=page["NextToken"])
    equal((len(page["Origins"]), page["Origins"] + rest["Origins"]), (25, origins), "origins")
    for origin in origins:
        c.disassociate_approved_origin(**here, Origin=origin)
    refused("ResourceNotFoundException", c.disassociate_approved_origin, **here, Origin=origins[0])


def overrides(c, here):
    hours = c.create_hours_of_operation(**here, Name="Seasons", TimeZone="UTC", Config=[], Tags={"kind": "seasons"})["HoursOfOperationId"]
    at = {**here, "HoursOfOperationId": hours}
    day = {"Day": "FRIDAY", "StartTime": {"Hours": 9, "Minutes": 0}, "EndTime": {"Hours": 12, "Minutes": 0}}
    dates = {"EffectiveFrom": "2026-12-24", "EffectiveTill": "2026-12-31"}
    made = c.create_hours_of_operation_override(
        **at, Name="Winter", Description="Short days", Config=[day], **dates, OverrideType="OPEN",
        RecurrenceConfig={"RecurrencePattern": {"Frequency": "YEARLY", "Interval": 1, "ByMonth": [12], "ByMonthDay": [24]}})
    one = {**at, "HoursOfOperationOverrideId": made["HoursOfOperationOverrideId"]}
    got = c.describe_hours_of_operation_override(**one)["HoursOfOperationOverride"]
    equal([got[name] for name in ("Name", "Config", "EffectiveFrom", "OverrideType", "HoursOfOperationId")],
          ["Winter", [day], "2026-12-24", "OPEN", hours], "override")
    new = {**at, "Name": "New", "Config": [], **dates}
    for code, bad in [
        ("DuplicateResourceException", {**new, "Name": "Winter"}), ("InvalidParameterException", {**new, "Name": ""}),
        ("InvalidParameterException", {**new, "EffectiveFrom": "2026-13-01"}),
        ("InvalidRequestException", {**new, "EffectiveFrom": "2027-01-01"}),
        ("InvalidParameterException", {**new, "Config": [{**day, "Day": "TODAY"}]}),
        ("InvalidParameterException", {**new, "OverrideType": "SOMETIMES"}),
        ("InvalidParameterException", {**new, "RecurrenceConfig": {"RecurrencePattern": {"Frequency": "YEARLY", "Interval": 7}}}),
        ("ResourceNotFoundException", {**new, "HoursOfOperationId": NOTHING}),
    ]:
        refused(code, c.create_hours_of_operation_override, **bad)
    closed = c.create_hours_of_operation_override(**new)["HoursOfOperationOverrideId"]
    refused("DuplicateResourceException", c.update_hours_of_operation_override, **one, Name="New")
    c.update_hours_of_operation_override(**one, Name="Cold", EffectiveTill="2027-01-02")
    refused("InvalidRequestException", c.update_hours_of_operation_override, **one, EffectiveTill="2026-01-02")
    got = c.describe_hours_of_operation_override(**one)["HoursOfOperationOverride"]
    equal((got["Name"], got["EffectiveTill"], got["Config"]), ("Cold", "2027-01-02", [day]), "updated override")
    listed = c.list_hours_of_operation_overrides(**at)
    equal([one["Name"] for one in listed["HoursOfOperationOverrideList"]], ["Cold", "New"], "overrides")
    found = c.search_hours_of_operation_overrides(
        **here, SearchFilter={"TagFilter": {"TagCondition": {"TagKey": "kind"}}}, SearchCriteria={"AndConditions": [
            {"StringCondition": {"FieldName": "name", "Value": "co", "ComparisonType": "STARTS_WITH"}},
            {"DateCondition": {"FieldName": "effectiveTill", "Value": "2027-01-01", "ComparisonType": "GREATER_THAN"}}]})
    equal([one["Name"] for one in found["HoursOfOperationOverrides"]], ["Cold"], "search of overrides")
    equal("Overrides" in c.describe_hours_of_operation(**at)["HoursOfOperation"], False, "kept apart")
    c.delete_hours_of_operation_override(**at, HoursOfOperationOverrideId=closed)
    refused("ResourceNotFoundException", c.delete_hours_of_operation_override, **at, HoursOfOperationOverrideId=closed)
    for n in range(49):
        c.create_hours_of_operation_override(**{**new, "Name": f"Day {n}"})
    refused("LimitExceededException", c.create_hours_of_operation_override, **new)
    c.delete_hours_of_operation(**at)
    refused("ResourceNotFoundException", c.describe_hours_of_operation_override, **one)


def parents(c, here):
    made = {}
    for name in ("Child", "Holidays", "Strikes", "Storms", "Fairs"):
        made[name] = c.create_hours_of_operation(**here, Name=name, TimeZone="UTC", Config=[])["HoursOfOperationId"]
    at = {**here, "HoursOfOperationId": made["Child"]}
    ids = lambda *names: [{"HoursOfOperationId": made[name]} for name in names]
    names = lambda: [one["Name"] for one in c.describe_hours_of_operation(**at)["HoursOfOperation"].get("ParentHoursOfOperations", [])]
    c.associate_hours_of_operations(**at, ParentHoursOfOperationConfigs=ids("Holidays", "Strikes"))
    c.associate_hours_of_operations(**at, ParentHoursOfOperationConfigs=ids("Holidays", "Storms"))
    c.update_hours_of_operation(**here, HoursOfOperationId=made["Strikes"], Name="Walkouts", TimeZone="UTC", Config=[])
    equal(names(), ["Holidays", "Walkouts", "Storms"], "parents")
    refused("ServiceQuotaExceededException", c.associate_hours_of_operations, **at, ParentHoursOfOperationConfigs=ids("Fairs"))
    refused("InvalidRequestException", c.associate_hours_of_operations, **at, ParentHoursOfOperationConfigs=ids("Child"))
    refused("InvalidRequestException", c.associate_hours_of_operations, **here, HoursOfOperationId=made["Storms"],
            ParentHoursOfOperationConfigs=ids("Child"))
    refused("ResourceNotFoundException", c.associate_hours_of_operations, **at,
            ParentHoursOfOperationConfigs=[{"HoursOfOperationId": NOTHING}])
    children = c.list_child_hours_of_operations(**here, HoursOfOperationId=made["Storms"])
    equal([one["Name"] for one in children["ChildHoursOfOperationsSummaryList"]], ["Child"], "children")
    refused("InvalidRequestException", c.delete_hours_of_operation, **here, HoursOfOperationId=made["Storms"])
    c.disassociate_hours_of_operations(**at, ParentHoursOfOperationIds=[made["Storms"], made["Holidays"]])
    equal(names(), ["Walkouts"], "parents that are left")
    refused("ResourceNotFoundException", c.disassociate_hours_of_operations, **at, ParentHoursOfOperationIds=[made["Storms"]])
    for name in made:
        c.delete_hours_of_operation(**here, HoursOfOperationId=made[name])


def pages(c, here):
    for method, member, least in [
        ("list_security_profiles", "SecurityProfileSummaryList", 4), ("list_agent_statuses", "AgentStatusSummaryList", 3),
        ("search_security_profiles", "SecurityProfiles", 4), ("search_agent_statuses", "AgentStatuses", 3),
    ]:
        whole = getattr(c, method)(**here)[member]
        first = getattr(c, method)(**here, MaxResults=2)
        rest = getattr(c, method)(**here, MaxResults=50, NextToken=first["NextToken"])
        equal(first[member] + rest[member], whole, f"{method} in pages")
        if len(whole) < least:
            problems.append(f"{method}: {len(whole)} items")
        refused("ResourceNotFoundException", getattr(c, method), InstanceId=NOTHING)
        refused("InvalidParameterException", getattr(c, method), **here, NextToken="nonsense")


def functions(endpoint):
    c = client("lambda", endpoint)
    page = c.list_functions()
    equal(len(page["Functions"]), 50, "page of functions")
    rest = c.list_functions(Marker=page["NextMarker"], MaxItems=1000)
    names = [one["FunctionName"] for one in page["Functions"] + rest["Functions"]]
    equal(("later" in names, "orders" in names, "NextMarker" in rest), (True, True, False), "functions")
    equal(len(names), len(set(names)), "each function once")
    every = c.list_functions(FunctionVersion="ALL", MaxItems=1)["Functions"][0]
    equal(every["FunctionArn"].endswith(":$LATEST"), True, "qualified")
    for name in ("orders", "111111111111:function:orders", "arn:aws:lambda:us-east-1:111111111111:function:orders"):
        got = c.get_function_configuration(FunctionName=name)
        equal((got["FunctionName"], got["State"]), ("orders", "Active"), name)
    refused("ResourceNotFoundException", c.get_function_configuration, FunctionName="nowhere")
    refused("InvalidParameterValueException", c.list_functions, FunctionVersion="SOME")
    refused("InvalidParameterValueException", c.list_functions, Marker="nonsense")
    equal(client("lambda", endpoint, "222222222222").list_functions()["Functions"], [], "another account")
    equal(client("lambda", endpoint, region="eu-central-1").list_functions()["Functions"], [], "another region")
