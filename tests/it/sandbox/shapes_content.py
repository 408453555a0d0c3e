"""Modules, versions, aliases and prompts: drives their operations and checks the answers (see shapes.py)."""

import hashlib
import json
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

from shapes import client, equal, problems, refused


def flow(action="MessageParticipant", parameters=None):
    return json.dumps({
        "Version": "2019-10-30", "StartAction": "one", "Metadata": {},
        "Actions": [
            {"Identifier": "one", "Type": action, "Parameters": parameters or {"Text": "Hello"},
             "Transitions": {"NextAction": "end"}},
            {"Identifier": "end", "Type": "EndFlowModuleExecution", "Parameters": {}, "Transitions": {}},
        ]})


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def paged(method, here, member, wanted):
    """All items of a list in pages of one."""
    items, token = [], None
    while True:
        answer = method(**here, MaxResults=1, **({"NextToken": token} if token else {}))
        items += answer[member]
        token = answer.get("NextToken")
        if not token:
            break
    equal(items, method(**here)[member], f"{member} in pages")
    if len(items) != wanted:
        problems.append(f"{member}: {len(items)} items, not {wanted}")
    refused("InvalidParameterException", method, **here, MaxResults=1, NextToken="nonsense")
    return items


def modules(c, here, arn, nothing):
    made = c.create_contact_flow_module(
        **here, Name="Ask", Content=flow(), Description="Asks", Tags={"team": "voice"}, Settings='{"a":1}',
        ExternalInvocationConfiguration={"Enabled": True}, ClientToken="one")
    module = made["Id"]
    equal(made["Arn"], f"{arn}/flow-module/{module}", "ARN of a module")
    again = c.create_contact_flow_module(
        **here, Name="Ask", Content=flow(), Description="Asks", Tags={"team": "voice"}, Settings='{"a":1}',
        ExternalInvocationConfiguration={"Enabled": True}, ClientToken="one")
    equal(again["Id"], module, "the same token")
    refused("IdempotencyException", c.create_contact_flow_module, **here, Name="Other", Content=flow(), ClientToken="one")
    refused("DuplicateResourceException", c.create_contact_flow_module, **here, Name="Ask", Content=flow())
    refused("InvalidParameterException", c.create_contact_flow_module, **here, Name=" ", Content=flow())
    error = refused("InvalidContactFlowModuleException", c.create_contact_flow_module, **here, Name="Bad",
                    Content=flow("MessageParticipant", {"PromptId": nothing}))
    equal(error.get("Problems"),
          [{"message": "Invalid Action property value. Path: Actions[0].Parameters.PromptId"}], "problems")
    at = {**here, "ContactFlowModuleId": module}
    got = c.describe_contact_flow_module(**at)["ContactFlowModule"]
    equal((got["Name"], got["Content"], got["Status"], got["State"], got["Settings"], got["Tags"]),
          ("Ask", flow(), "PUBLISHED", "ACTIVE", '{"a":1}', {"team": "voice"}), "module")
    equal((got["ExternalInvocationConfiguration"], got["FlowModuleContentSha256"]), ({"Enabled": True}, sha(flow())), "module")
    equal("Version" in got, False, "no version was asked for")
    refused("ResourceNotFoundException", c.describe_contact_flow_module, **here, ContactFlowModuleId=nothing)
    refused("ResourceNotFoundException", c.describe_contact_flow_module, **here, ContactFlowModuleId=module + ":1")

    refused("InvalidRequestException", c.create_contact_flow_module_version, **at, FlowModuleContentSha256="0" * 64)
    refused("InvalidParameterException", c.create_contact_flow_module_version, **at, FlowModuleContentSha256="-" * 64)
    made = c.create_contact_flow_module_version(**at, Description="First", FlowModuleContentSha256=sha(flow()))
    equal((made["Version"], made["ContactFlowModuleArn"]), (1, got["Arn"]), "first version")
    second = flow(parameters={"Text": "Second"})
    saved = {**here, "ContactFlowModuleId": module + ":$SAVED"}
    c.update_contact_flow_module_content(**saved, Content="no JSON", Settings='{"a":2}')
    draft = c.describe_contact_flow_module(**saved)["ContactFlowModule"]
    equal((draft["Content"], draft["Settings"], draft["Status"]), ("no JSON", '{"a":2}', "SAVED"), "draft")
    equal(c.describe_contact_flow_module(**at)["ContactFlowModule"], got, "the draft changes nothing else")
    refused("InvalidContactFlowModuleException", c.update_contact_flow_module_content, **at, Content="no JSON")
    refused("InvalidRequestException", c.update_contact_flow_module_content, **at, Settings="no JSON")
    refused("InvalidRequestException", c.update_contact_flow_module_content, **at)
    refused("InvalidRequestException", c.update_contact_flow_module_content, **here,
            ContactFlowModuleId=module + ":1", Content=second)
    refused("ResourceNotFoundException", c.update_contact_flow_module_content, **here, ContactFlowModuleId=nothing, Content=second)
    c.update_contact_flow_module_content(**at, Content=second, Settings='{"a":3}')
    equal(c.create_contact_flow_module_version(**at)["Version"], 2, "second version")
    first = c.describe_contact_flow_module(**here, ContactFlowModuleId=got["Arn"] + ":1")["ContactFlowModule"]
    equal((first["Content"], first["Settings"], first["Version"], first["VersionDescription"]),
          (flow(), '{"a":1}', 1, "First"), "a version stays as it was")
    listed = paged(c.list_contact_flow_module_versions, at, "ContactFlowModuleVersionSummaryList", 2)
    equal(listed[0], {"Arn": got["Arn"] + ":1", "Version": 1, "VersionDescription": "First"}, "summary of a version")

    refused("ResourceNotFoundException", c.create_contact_flow_module_alias, **at, AliasName="live", ContactFlowModuleVersion=3)
    refused("InvalidParameterException", c.create_contact_flow_module_alias, **at, AliasName="a--b", ContactFlowModuleVersion=1)
    alias = c.create_contact_flow_module_alias(**at, AliasName="live", ContactFlowModuleVersion=1, Description="Runs")["Id"]
    other = c.create_contact_flow_module_alias(**at, AliasName="next-one", ContactFlowModuleVersion=2)["Id"]
    refused("DuplicateResourceException", c.create_contact_flow_module_alias, **at, AliasName="live", ContactFlowModuleVersion=1)
    refused("DuplicateResourceException", c.update_contact_flow_module_alias, **at, AliasId=other, Name="live")
    refused("InvalidRequestException", c.update_contact_flow_module_alias, **at, AliasId=other)
    refused("ResourceNotFoundException", c.update_contact_flow_module_alias, **at, AliasId=other, ContactFlowModuleVersion=9)
    named = {**here, "ContactFlowModuleId": module + ":live"}
    equal(c.describe_contact_flow_module(**named)["ContactFlowModule"]["Content"], flow(), "alias")
    c.update_contact_flow_module_alias(**at, AliasId=alias, ContactFlowModuleVersion=2, Description="Runs now", Name="live_now")
    info = c.describe_contact_flow_module_alias(**at, AliasId=alias)["ContactFlowModuleAlias"]
    equal((info["Name"], info["Version"], info["Description"], info["AliasId"]), ("live_now", 2, "Runs now", alias), "alias")
    named = {**here, "ContactFlowModuleId": module + ":live_now"}
    equal(c.describe_contact_flow_module(**named)["ContactFlowModule"]["Content"], second, "alias moved")
    listed = paged(c.list_contact_flow_module_aliases, at, "ContactFlowModuleAliasSummaryList", 2)
    equal(sorted(one["AliasName"] for one in listed), ["live_now", "next-one"], "aliases")

    use = flow("InvokeFlowModule", {"FlowModuleId": got["Arn"] + ":live_now"})
    user = c.create_contact_flow_module(**here, Name="User", Content=use)["Id"]
    gone = flow("InvokeFlowModule", {"FlowModuleId": module + ":gone"})
    refused("InvalidContactFlowModuleException", c.create_contact_flow_module, **here, Name="Gone", Content=gone)
    refused("InvalidRequestException", c.delete_contact_flow_module_version, **at, ContactFlowModuleVersion=2)
    c.delete_contact_flow_module_version(**at, ContactFlowModuleVersion=1)
    refused("ResourceNotFoundException", c.delete_contact_flow_module_version, **at, ContactFlowModuleVersion=1)
    c.delete_contact_flow_module_alias(**at, AliasId=other)
    refused("ResourceNotFoundException", c.delete_contact_flow_module_alias, **at, AliasId=other)
    refused("ResourceNotFoundException", c.describe_contact_flow_module_alias, **at, AliasId=other)
    equal(c.create_contact_flow_module_version(**at)["Version"], 3, "numbers are not used again")
    refused("InvalidRequestException", c.delete_contact_flow_module, **here, ContactFlowModuleId=module + ":3")

    c.update_contact_flow_module_metadata(**here, ContactFlowModuleId=user, Name="Used", Description="Uses", State="ARCHIVED")
    refused("DuplicateResourceException", c.update_contact_flow_module_metadata, **at, Name="Used")
    refused("InvalidRequestException", c.update_contact_flow_module_metadata, **at)
    refused("InvalidParameterException", c.update_contact_flow_module_metadata, **at, State="GONE")
    archived = c.list_contact_flow_modules(**here, ContactFlowModuleState="ARCHIVED")["ContactFlowModulesSummaryList"]
    equal([(one["Name"], one["State"]) for one in archived], [("Used", "ARCHIVED")], "archived modules")
    for criteria, names in [
        ({"StateCondition": "ARCHIVED"}, ["Used"]),
        ({"StringCondition": {"FieldName": "name", "Value": "as", "ComparisonType": "STARTS_WITH"}}, ["Ask"]),
        ({"AndConditions": [{"StatusCondition": "PUBLISHED"}, {"StateCondition": "ACTIVE"}]}, ["Ask", "Greeting"]),
    ]:
        found = c.search_contact_flow_modules(**here, SearchCriteria=criteria)["ContactFlowModules"]
        equal(sorted(one["Name"] for one in found), names, str(criteria))
    paged(c.search_contact_flow_modules, here, "ContactFlowModules", 3)
    c.delete_contact_flow_module(**at)
    c.delete_contact_flow_module(**here, ContactFlowModuleId=user)
    refused("ResourceNotFoundException", c.delete_contact_flow_module, **at)


def versions(c, here, nothing):
    plain = c.create_contact_flow(**here, Name="Plain", Type="CONTACT_FLOW", Content=flow())["ContactFlowId"]
    refused("InvalidRequestException", c.create_contact_flow_version, **here, ContactFlowId=plain)
    campaign = c.create_contact_flow(**here, Name="Campaign", Type="CAMPAIGN", Content=flow(), Status="SAVED")["ContactFlowId"]
    at = {**here, "ContactFlowId": campaign}
    refused("InvalidRequestException", c.create_contact_flow_version, **at)
    refused("ResourceNotFoundException", c.create_contact_flow_version, **here, ContactFlowId=nothing)
    c.update_contact_flow_content(**at, Content=flow())
    refused("InvalidRequestException", c.create_contact_flow_version, **at, FlowContentSha256="0" * 64)
    made = c.create_contact_flow_version(**at, FlowContentSha256=sha(flow()), Description="First")
    equal(made["Version"], 1, "version of a flow")
    second = flow(parameters={"Text": "Second"})
    c.update_contact_flow_content(**at, Content=second)
    equal(c.create_contact_flow_version(**at)["Version"], 2, "second version of a flow")
    for qualifier, content, status in [
        ("", second, "PUBLISHED"), (":$SAVED", second, "PUBLISHED"), (":1", flow(), "PUBLISHED"), (":2", second, "PUBLISHED"),
    ]:
        got = c.describe_contact_flow(**here, ContactFlowId=made["ContactFlowArn"] + qualifier)["ContactFlow"]
        equal((got["Content"], got["Status"], got["FlowContentSha256"]), (content, status, sha(content)), qualifier)
        equal(got.get("Version"), int(qualifier[1:]) if qualifier[1:].isdigit() else None, "number of " + qualifier)
    refused("ResourceNotFoundException", c.describe_contact_flow, **here, ContactFlowId=campaign + ":3")
    listed = paged(c.list_contact_flow_versions, at, "ContactFlowVersionSummaryList", 2)
    equal(listed[0], {"Arn": made["ContactFlowArn"] + ":1", "Version": 1, "VersionDescription": "First"}, "summary")
    c.delete_contact_flow_version(**at, ContactFlowVersion=2)
    refused("ResourceNotFoundException", c.delete_contact_flow_version, **at, ContactFlowVersion=2)
    equal(c.create_contact_flow_version(**at)["Version"], 3, "numbers of flows are not used again")
    c.update_contact_flow_metadata(**here, ContactFlowId=plain, ContactFlowState="ARCHIVED")
    listed = c.list_contact_flows(**here)["ContactFlowSummaryList"]
    equal([one["ContactFlowState"] for one in listed if one["Name"] == "Plain"], ["ARCHIVED"], "archived flows are listed")
    for state, there in [("ARCHIVED", True), ("ACTIVE", False)]:
        found = c.search_contact_flows(**here, SearchCriteria={"StateCondition": state})["ContactFlows"]
        equal("Plain" in [one["Name"] for one in found], there, f"search of {state}")
    for one in (plain, campaign):
        c.delete_contact_flow(**here, ContactFlowId=one)


def fetch(url):
    try:
        return 200, urllib.request.urlopen(url).read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def prompts(endpoint, c, here, nothing):
    s3 = client("s3", endpoint)
    sound = b"RIFF" + bytes(range(256))
    s3.create_bucket(Bucket="acme-sounds")
    s3.put_object(Bucket="acme-sounds", Key="sounds/hello you.wav", Body=sound)
    made = c.create_prompt(**here, Name="Hello", Description="Says hello", S3Uri="s3://acme-sounds/sounds/hello you.wav",
                           Tags={"team": "voice"})
    prompt = made["PromptId"]
    at = {**here, "PromptId": prompt}
    refused("DuplicateResourceException", c.create_prompt, **here, Name="Hello", S3Uri="s3://acme-sounds/sounds/hello you.wav")
    for uri in ["s3://acme-sounds/none.wav", "s3://acme-nowhere/none.wav", "s3://acme-sounds", "https://example.com/a.wav",
                endpoint + "/acme-sounds/sounds/hello%20you.wav"]:
        refused("InvalidParameterException", c.create_prompt, **here, Name="Bad", S3Uri=uri)
    got = c.describe_prompt(**at)["Prompt"]
    equal((got["Name"], got["Description"], got["PromptARN"], got["Tags"]),
          ("Hello", "Says hello", made["PromptARN"], {"team": "voice"}), "prompt")
    file = c.get_prompt_file(**at)
    equal(fetch(file["PromptPresignedUrl"]), (200, sound), "plain GET of the file")
    equal(file["LastModifiedTime"], got["LastModifiedTime"], "time of the file")
    for forged in [file["PromptPresignedUrl"].replace("X-Amz-Expires=900", "X-Amz-Expires=90000"),
                   file["PromptPresignedUrl"].split("&X-Amz-Signature")[0], file["PromptPresignedUrl"].split("?")[0]]:
        equal(fetch(forged)[0] in (400, 403), True, "a URL that was changed")
    other = client("connect", endpoint, "222222222222")
    there = {"InstanceId": other.list_instances()["InstanceSummaryList"][0]["Id"]}
    copied = other.create_prompt(**there, Name="Hello", S3Uri=file["PromptPresignedUrl"])["PromptId"]
    url = other.get_prompt_file(**there, PromptId=copied)["PromptPresignedUrl"]
    equal(fetch(url), (200, sound), "from account to account")
    signer = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="111111111111",
                          aws_secret_access_key="secret",
                          config=Config(signature_version="s3v4", s3={"addressing_style": "path"}))
    signed = signer.generate_presigned_url("get_object", {"Bucket": "acme-sounds", "Key": "sounds/hello you.wav"}, 60)
    equal(fetch(signed), (200, sound), "presigned GET")
    equal(fetch(signer.generate_presigned_url("get_object", {"Bucket": "acme-sounds", "Key": "none"}, 60))[0], 404, "no such key")
    other.update_prompt(**there, PromptId=copied, Name="Hello again", Description="Twice", S3Uri=signed)
    refused("InvalidRequestException", other.update_prompt, **there, PromptId=copied)
    refused("ResourceNotFoundException", c.update_prompt, **here, PromptId=nothing, Name="x")
    refused("InvalidRequestException", c.update_prompt, **at, Name="Welcome.wav")
    # The bucket is another account's: its name alone does not open it.
    refused("InvalidParameterException", other.create_prompt, **there, Name="Bad", S3Uri="s3://acme-sounds/sounds/hello you.wav")
    equal(other.describe_prompt(**there, PromptId=copied)["Prompt"]["Description"], "Twice", "updated")
    found = c.search_prompts(**here, SearchFilter={"TagFilter": {"TagCondition": {"TagKey": "team", "TagValue": "voice"}}})
    equal(found["Prompts"], [got], "search by tag")
    seeded = c.search_prompts(**here, SearchCriteria={
        "StringCondition": {"FieldName": "name", "Value": "Welcome", "ComparisonType": "CONTAINS"}})["Prompts"][0]
    made_up = fetch(c.get_prompt_file(**here, PromptId=seeded["PromptId"])["PromptPresignedUrl"])[1]
    equal((made_up[:4], len(made_up)), (b"RIFF", 844), "made-up sound")
    for method in (c.describe_prompt, c.get_prompt_file, c.delete_prompt):
        refused("ResourceNotFoundException", method, **here, PromptId=nothing)
    c.delete_prompt(**at)
    refused("ResourceNotFoundException", c.describe_prompt, **at)
    equal(fetch(file["PromptPresignedUrl"]), (200, sound), "a URL outlives its prompt")


def content(endpoint):
    c = client("connect", endpoint)
    instance = c.list_instances()["InstanceSummaryList"][0]["Id"]
    arn = c.describe_instance(InstanceId=instance)["Instance"]["Arn"]
    here = {"InstanceId": instance}
    nothing = "00000000-0000-4000-8000-000000000000"
    modules(c, here, arn, nothing)
    versions(c, here, nothing)
    prompts(endpoint, c, here, nothing)
