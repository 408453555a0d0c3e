"""Users, their hierarchy, predefined attributes, task templates and views (see check_shapes.py)."""

import json

from shapes import client, equal, refused

NOTHING = "00000000-0000-4000-8000-000000000000"
PASSWORD = "Correct1Horse"


def members(endpoint):
    c = client("connect", endpoint)
    instance = c.list_instances()["InstanceSummaryList"][0]["Id"]
    here = {"InstanceId": instance}
    hierarchy(c, here)
    attributes(c, here)
    users(c, here)
    templates(c, here)
    views(c, here)


def hierarchy(c, here):
    levels = c.describe_user_hierarchy_structure(**here)["HierarchyStructure"]
    equal([levels[one]["Name"] for one in ("LevelOne", "LevelTwo")], ["Region", "Site"], "levels")
    names = lambda *all: {"HierarchyStructure": {level: {"Name": name} for level, name in zip(("LevelOne", "LevelTwo", "LevelThree"), all)}}
    c.update_user_hierarchy_structure(**here, **names("Area", "Site", "Team"))
    refused("InvalidRequestException", c.update_user_hierarchy_structure, **here, HierarchyStructure={"LevelTwo": {"Name": "x"}})
    refused("ResourceInUseException", c.update_user_hierarchy_structure, **here, **names("Area"))
    groups = {one["Name"]: one["Id"] for one in c.list_user_hierarchy_groups(**here)["UserHierarchyGroupSummaryList"]}
    made = c.create_user_hierarchy_group(**here, Name="Desk", ParentGroupId=groups["Berlin"], Tags={"team": "voice"})
    at = {**here, "HierarchyGroupId": made["HierarchyGroupId"]}
    got = c.describe_user_hierarchy_group(**at)["HierarchyGroup"]
    path = [got["HierarchyPath"][level]["Name"] for level in ("LevelOne", "LevelTwo", "LevelThree")]
    equal((path, got["LevelId"], got["Tags"], got["Arn"]), (["Europe", "Berlin", "Desk"], "3", {"team": "voice"}, made["HierarchyGroupArn"]), "group")
    refused("DuplicateResourceException", c.create_user_hierarchy_group, **here, Name="Desk", ParentGroupId=groups["Berlin"])
    refused("ResourceNotFoundException", c.create_user_hierarchy_group, **here, Name="x", ParentGroupId=NOTHING)
    refused("InvalidRequestException", c.create_user_hierarchy_group, **here, Name="x", ParentGroupId=made["HierarchyGroupId"])
    c.create_user_hierarchy_group(**here, Name="Desk", ParentGroupId=groups["Europe"])
    c.update_user_hierarchy_group_name(**at, Name="Desk one")
    refused("DuplicateResourceException", c.update_user_hierarchy_group_name, **{**here, "HierarchyGroupId": groups["Berlin"]}, Name="Desk")
    found = c.search_user_hierarchy_groups(**here, SearchCriteria={"StringCondition": {"FieldName": "name", "Value": "Desk one", "ComparisonType": "EXACT"}})
    equal([one["HierarchyPath"]["LevelTwo"]["Name"] for one in found["UserHierarchyGroups"]], ["Berlin"], "search of groups")
    refused("ResourceInUseException", c.delete_user_hierarchy_group, **here, HierarchyGroupId=groups["Berlin"])
    c.delete_user_hierarchy_group(**at)
    for call in (c.describe_user_hierarchy_group, c.delete_user_hierarchy_group):
        refused("ResourceNotFoundException", call, **at)


def attributes(c, here):
    c.create_predefined_attribute(
        **here, Name="Skill", Values={"StringList": ["a", "b"]}, Purposes=["ROUTING"],
        AttributeConfiguration={"EnableValueValidationOnAssociation": True})
    refused("DuplicateResourceException", c.create_predefined_attribute, **here, Name="Skill", Values={"StringList": []})
    at = {**here, "Name": "Skill"}
    got = c.describe_predefined_attribute(**at)["PredefinedAttribute"]
    equal((got["Values"], got["Purposes"], got["AttributeConfiguration"]),
          ({"StringList": ["a", "b"]}, ["ROUTING"], {"EnableValueValidationOnAssociation": True, "IsReadOnly": False}), "attribute")
    c.update_predefined_attribute(**at, Values={"StringList": ["a", "c"]}, Purposes=[])
    found = {one["Name"]: one for one in c.search_predefined_attributes(**here)["PredefinedAttributes"]}
    equal((found["Skill"]["Values"], "Purposes" in found["Skill"]), ({"StringList": ["a", "c"]}, False), "search of attributes")
    refused("InvalidRequestException", c.update_predefined_attribute, **here, Name="connect:Subtype", Values={"StringList": []})
    listed = [one["Name"] for one in c.list_predefined_attributes(**here)["PredefinedAttributeSummaryList"]]
    equal(sorted(listed), ["Skill", "connect:Subtype"], "attributes")
    for call in (c.describe_predefined_attribute, c.delete_predefined_attribute, c.update_predefined_attribute):
        refused("ResourceNotFoundException", call, **here, Name="nothing")


def users(c, here):
    security = c.list_security_profiles(**here)["SecurityProfileSummaryList"][0]["Id"]
    routing = c.list_routing_profiles(**here)["RoutingProfileSummaryList"][0]["Id"]
    group = c.list_user_hierarchy_groups(**here)["UserHierarchyGroupSummaryList"][0]["Id"]
    who = {"FirstName": "Sam", "LastName": "Smith", "Email": "sam@example.com"}
    base = {**here, "Username": "sam", "SecurityProfileIds": [security], "RoutingProfileId": routing, "IdentityInfo": who}
    auto = {"AutoAcceptConfigs": [{"Channel": "VOICE", "AutoAccept": True}]}
    refused("InvalidParameterException", c.create_user, **base)
    refused("InvalidParameterException", c.create_user, **base, Password="lowercase1")
    refused("InvalidParameterException", c.create_user, **{**base, "IdentityInfo": {}}, Password=PASSWORD)
    refused("InvalidRequestException", c.create_user, **base, Password=PASSWORD, PhoneConfig={"AutoAccept": True}, **auto)
    refused("ResourceNotFoundException", c.create_user, **{**base, "RoutingProfileId": NOTHING}, Password=PASSWORD)
    refused("ResourceNotFoundException", c.create_user, **{**base, "SecurityProfileIds": [NOTHING]}, Password=PASSWORD)
    made = c.create_user(**base, Password=PASSWORD, HierarchyGroupId=group, PhoneConfig={"PhoneType": "SOFT_PHONE"}, Tags={"team": "voice"}, **auto)
    refused("DuplicateResourceException", c.create_user, **base, Password=PASSWORD)
    at = {**here, "UserId": made["UserId"]}
    got = c.describe_user(**at)["User"]
    equal((got["Username"], got["IdentityInfo"], got["HierarchyGroupId"], got["AutoAcceptConfigs"], got["Tags"], got["Arn"]),
          ("sam", who, group, auto["AutoAcceptConfigs"], {"team": "voice"}, made["UserArn"]), "user")
    c.update_user_identity_info(**at, IdentityInfo={**who, "LastName": "Smythe"})
    c.update_user_phone_config(**at, PhoneConfig={"PhoneType": "SOFT_PHONE", "AutoAccept": False})
    equal("AutoAcceptConfigs" in c.describe_user(**at)["User"], False, "what is set for all channels")
    c.update_user_config(**at, **auto)
    equal(c.describe_user(**at)["User"]["PhoneConfig"], {"PhoneType": "SOFT_PHONE"}, "what is set by channel")
    c.update_user_routing_profile(**at, RoutingProfileId=routing)
    c.update_user_security_profiles(**at, SecurityProfileIds=[security])
    c.update_user_hierarchy(**at)
    equal("HierarchyGroupId" in c.describe_user(**at)["User"], False, "no group")
    refused("ResourceNotFoundException", c.update_user_hierarchy, **at, HierarchyGroupId=NOTHING)
    skill = lambda value, level=None: {"AttributeName": "Skill", "AttributeValue": value, **({"Level": level} if level else {})}
    c.associate_user_proficiencies(**at, UserProficiencies=[skill("a", 1), skill("c", 5)])
    refused("InvalidRequestException", c.associate_user_proficiencies, **at, UserProficiencies=[skill("z", 1)])
    refused("InvalidParameterException", c.associate_user_proficiencies, **at, UserProficiencies=[skill("a", 2.5)])
    refused("ResourceNotFoundException", c.associate_user_proficiencies, **at,
            UserProficiencies=[{"AttributeName": "none", "AttributeValue": "a", "Level": 1}])
    c.update_user_proficiencies(**at, UserProficiencies=[skill("a", 4)])
    listed = c.list_user_proficiencies(**at)["UserProficiencyList"]
    equal([(one["AttributeValue"], one["Level"]) for one in listed], [("a", 4), ("c", 5)], "proficiencies")
    refused("ResourceInUseException", c.delete_predefined_attribute, **here, Name="Skill")
    c.disassociate_user_proficiencies(**at, UserProficiencies=[skill("a"), skill("c")])
    refused("InvalidRequestException", c.disassociate_user_proficiencies, **at, UserProficiencies=[skill("a")])
    c.delete_predefined_attribute(**here, Name="Skill")
    c.delete_user(**at)
    for call in (c.describe_user, c.delete_user, c.list_user_proficiencies):
        refused("ResourceNotFoundException", call, **at)


def templates(c, here):
    flow = c.list_contact_flows(**here)["ContactFlowSummaryList"][0]["Id"]
    field = lambda name, kind: {"Id": {"Name": name}, "Type": kind}
    fields = [field("Name", "NAME"), {**field("Choice", "SINGLE_SELECT"), "SingleSelectOptions": ["x"]}]
    made = c.create_task_template(
        **here, Name="Follow up", Description="after a call", ContactFlowId=flow, Fields=fields,
        Constraints={"RequiredFields": [{"Id": {"Name": "Name"}}]},
        Defaults={"DefaultFieldValues": [{"Id": {"Name": "Choice"}, "DefaultValue": "x"}]})
    at = {**here, "TaskTemplateId": made["Id"]}
    got = c.get_task_template(**at)
    equal((got["Name"], got["Status"], got["Fields"], got["ContactFlowId"], got["Arn"]), ("Follow up", "ACTIVE", fields, flow, made["Arn"]), "template")
    c.tag_resource(resourceArn=made["Arn"], tags={"team": "voice"})
    equal(c.get_task_template(**at)["Tags"], {"team": "voice"}, "tags of a template")
    c.update_task_template(**at, Name="Follow", Fields=fields[:1], Status="INACTIVE")
    got = c.get_task_template(**at)
    equal((got["Name"], got["Status"], "Description" in got, "Constraints" in got), ("Follow", "INACTIVE", False, False), "a full update")
    refused("ResourceNotFoundException", c.create_task_template, **here, Name="x", Fields=fields, ContactFlowId=NOTHING)
    refused("PropertyValidationException", c.create_task_template, **here, Name="x", Fields=fields[:1] * 2)
    refused("PropertyValidationException", c.create_task_template, **here, Name="x", Fields=fields,
            Constraints={"RequiredFields": [{"Id": {"Name": "none"}}]})
    c.delete_task_template(**at)
    for call in (c.get_task_template, c.delete_task_template, c.update_task_template):
        refused("ResourceNotFoundException", call, **at)


def views(c, here):
    content = lambda title: {"Template": json.dumps({"Head": {"Title": title}, "Body": []}), "Actions": ["Next"]}
    made = c.create_view(**here, Name="Steps", Status="SAVED", Content=content("draft"), Tags={"team": "voice"})["View"]
    at = {**here, "ViewId": made["Id"]}
    refused("ResourceNotFoundException", c.describe_view, **at)
    equal(c.describe_view(**here, ViewId=made["Id"] + ":$SAVED")["View"]["Status"], "SAVED", "saved")
    refused("DuplicateResourceException", c.create_view, **here, Name="Steps", Status="SAVED", Content=content("x"))
    refused("InvalidRequestException", c.create_view, **here, Name="x", Status="PUBLISHED", Content={"Template": "{"})
    c.update_view_content(**at, Status="PUBLISHED", Content=content("one"))
    equal(c.create_view_version(**at)["View"]["Version"], 1, "first version")
    equal(c.create_view_version(**at)["View"]["Version"], 1, "nothing new")
    c.update_view_content(**at, Status="SAVED", Content=content("two"))
    got = c.describe_view(**at)["View"]
    equal((json.loads(got["Content"]["Template"])["Head"]["Title"], got["Tags"], got["Type"]), ("one", {"team": "voice"}, "CUSTOMER_MANAGED"), "published")
    saved = c.describe_view(**here, ViewId=made["Id"] + ":$SAVED")["View"]
    equal(json.loads(saved["Content"]["Template"])["Head"]["Title"], "two", "a draft beside")
    c.update_view_content(**at, Status="PUBLISHED", Content=content("two"))
    equal(c.create_view_version(**at, VersionDescription="second")["View"]["Version"], 2, "second version")
    equal([one["Version"] for one in c.list_view_versions(**at)["ViewVersionSummaryList"]], [1, 2], "versions")
    old = c.describe_view(**here, ViewId=made["Id"] + ":1")["View"]
    equal(json.loads(old["Content"]["Template"])["Head"]["Title"], "one", "a version stays")
    c.delete_view_version(**at, ViewVersion=1)
    refused("ResourceNotFoundException", c.delete_view_version, **at, ViewVersion=1)
    c.update_view_metadata(**at, Name="Steps again", Description="shows steps")
    refused("DuplicateResourceException", c.update_view_metadata, **at, Name="Order form")
    theirs = next(one["Id"] for one in c.list_views(**here, Type="AWS_MANAGED")["ViewsSummaryList"])
    equal(c.describe_view(**here, ViewId=theirs)["View"]["Type"], "AWS_MANAGED", "AWS's own")
    refused("AccessDeniedException", c.delete_view, **here, ViewId=theirs)
    c.delete_view(**at)
    for call in (c.describe_view, c.delete_view, c.list_view_versions):
        refused("ResourceNotFoundException", call, **at)
