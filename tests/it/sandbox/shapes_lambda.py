"""Drives Lambda with boto3, for check_shapes.py."""

import base64
import hashlib
import io
import json
import urllib.request
import zipfile

from shapes import client, equal, refused


def archive(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(zipfile.ZipInfo("index.js"), text)
    return out.getvalue()


def digest(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def lambda_(endpoint):
    c = client("lambda", endpoint)
    role = "arn:aws:iam::111111111111:role/shapes"
    one, two = archive("one"), archive("two")
    layer = "arn:aws:lambda:us-east-1:111111111111:layer:shared:3"
    at = {"FunctionName": "shapes"}
    made = c.create_function(
        **at, Role=role, Runtime="nodejs22.x", Handler="index.handler", Code={"ZipFile": one}, Description="First",
        Timeout=9, MemorySize=256, Environment={"Variables": {"TABLE": "orders"}}, Layers=[layer], Tags={"team": "voice"},
        VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}, EphemeralStorage={"Size": 1024},
        TracingConfig={"Mode": "Active"}, DeadLetterConfig={"TargetArn": "arn:aws:sqs:us-east-1:111111111111:dead"},
        KMSKeyArn="arn:aws:kms:us-east-1:111111111111:key/k", Architectures=["arm64"], Publish=True)
    equal((made["Version"], made["State"], made["CodeSha256"]), ("1", "Pending", digest(one)), "created")
    refused("ResourceConflictException", c.update_function_code, **at, ZipFile=two)
    c.get_waiter("function_active_v2").wait(**at)
    got = c.get_function(**at)
    equal(got["Configuration"]["Environment"], {"Variables": {"TABLE": "orders"}}, "environment")
    equal(urllib.request.urlopen(got["Code"]["Location"]).read(), one, "the code")
    equal(got["Tags"], {"team": "voice"}, "tags")
    refused("ResourceConflictException", c.create_function, **at, Role=role, Runtime="nodejs22.x",
            Handler="index.handler", Code={"ZipFile": one})
    refused("InvalidParameterValueException", c.create_function, FunctionName="bad", Role=role, Runtime="nodejs22.x",
            Handler="index.handler", Code={"ZipFile": b"not an archive"})
    refused("InvalidParameterValueException", c.create_function, FunctionName="bad", Role=role, Code={"ZipFile": one})

    revision = c.update_function_configuration(
        **at, Timeout=10, Environment={"Variables": {"TABLE": "more"}}, RevisionId=got["Configuration"]["RevisionId"])["RevisionId"]
    refused("ResourceConflictException", c.publish_version, **at)
    c.get_waiter("function_updated_v2").wait(**at)
    refused("PreconditionFailedException", c.update_function_configuration, **at, Timeout=11, RevisionId=revision)
    refused("PreconditionFailedException", c.publish_version, **at, RevisionId=revision)
    refused("InvalidParameterValueException", c.update_function_configuration, **at,
            Environment={"Variables": {"AWS_REGION": "x"}})
    refused("InvalidParameterValueException", c.update_function_configuration, **at,
            Environment={"Variables": {"LONG": "x" * 4096}})
    refused("InvalidParameterValueException", c.update_function_configuration, **at, Layers=[layer + "9"])
    refused("AccessDeniedException", c.update_function_configuration, **at, Role=role.replace("1" * 12, "2" * 12))
    equal(c.update_function_code(**at, ZipFile=two, DryRun=True)["CodeSha256"], digest(two), "dry run")
    equal(c.get_function_configuration(**at)["CodeSha256"], digest(one), "after a dry run")
    refused("InvalidParameterValueException", c.update_function_code, **at, ImageUri="x.dkr.ecr.us-east-1.amazonaws.com/a:b")
    equal(c.update_function_code(**at, ZipFile=two)["LastUpdateStatus"], "InProgress", "code")
    c.get_waiter("function_updated_v2").wait(**at)
    refused("InvalidParameterValueException", c.publish_version, **at, CodeSha256=digest(one))
    equal(c.publish_version(**at, CodeSha256=digest(two), Description="Second")["Version"], "2", "published")
    equal(c.publish_version(**at)["Version"], "2", "published again")
    versions = c.list_versions_by_function(**at)["Versions"]
    equal([one["Version"] for one in versions], ["$LATEST", "1", "2"], "versions")
    equal([one["Description"] for one in versions], ["First", "First", "Second"], "descriptions")
    pages = c.get_paginator("list_versions_by_function").paginate(**at, PaginationConfig={"PageSize": 2})
    equal([len(page["Versions"]) for page in pages], [2, 1], "pages of versions")

    alias = {**at, "Name": "live"}
    made = c.create_alias(**alias, FunctionVersion="1", Description="What calls reach")
    refused("ResourceConflictException", c.create_alias, **alias, FunctionVersion="1")
    refused("ResourceNotFoundException", c.create_alias, **at, Name="other", FunctionVersion="9")
    split = c.update_alias(**alias, RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}}, RevisionId=made["RevisionId"])
    equal(split["RoutingConfig"], {"AdditionalVersionWeights": {"2": 0.25}}, "split")
    equal(c.update_alias(**alias, Description="Kept")["RoutingConfig"], split["RoutingConfig"], "split kept")
    refused("PreconditionFailedException", c.update_alias, **alias, FunctionVersion="2", RevisionId=made["RevisionId"])
    refused("ResourceConflictException", c.delete_function, **at, Qualifier="2")
    c.update_alias(**alias, FunctionVersion="2", RoutingConfig={"AdditionalVersionWeights": {}})
    equal("RoutingConfig" in c.get_alias(**alias), False, "split ended")
    equal([one["Name"] for one in c.list_aliases(**at, FunctionVersion="2")["Aliases"]], ["live"], "aliases")
    equal(c.list_aliases(**at, FunctionVersion="1")["Aliases"], [], "aliases of the first")
    refused("ResourceNotFoundException", c.get_alias, **at, Name="none")

    grant = {**at, "StatementId": "connect", "Action": "lambda:InvokeFunction", "Principal": "connect.amazonaws.com",
             "SourceAccount": "111111111111", "SourceArn": "arn:aws:connect:us-east-1:111111111111:instance/x"}
    refused("ResourceNotFoundException", c.get_policy, **at)
    added = json.loads(c.add_permission(**grant, Qualifier="live")["Statement"])
    equal(added["Resource"], "arn:aws:lambda:us-east-1:111111111111:function:shapes:live", "resource")
    refused("ResourceConflictException", c.add_permission, **grant, Qualifier="live")
    refused("InvalidParameterValueException", c.add_permission, **grant, Qualifier="$LATEST")
    refused("PreconditionFailedException", c.add_permission, **grant, RevisionId="old")
    c.add_permission(**grant)
    policy = c.get_policy(**at, Qualifier="live")
    equal(json.loads(policy["Policy"])["Statement"], [added], "policy")
    equal(policy["RevisionId"], c.get_alias(**alias)["RevisionId"], "revision of the policy")
    refused("ResourceNotFoundException", c.remove_permission, **at, StatementId="none")
    refused("PreconditionFailedException", c.remove_permission, **at, StatementId="connect", RevisionId="old")
    c.remove_permission(**at, StatementId="connect", RevisionId=c.get_policy(**at)["RevisionId"])
    refused("ResourceNotFoundException", c.get_policy, **at)

    equal("ReservedConcurrentExecutions" in c.get_function_concurrency(**at), False, "nothing reserved")
    c.put_function_concurrency(**at, ReservedConcurrentExecutions=5)
    refused("InvalidParameterValueException", c.put_function_concurrency, **at, ReservedConcurrentExecutions=901)
    equal(c.get_function_concurrency(**at)["ReservedConcurrentExecutions"], 5, "reserved")
    c.delete_function_concurrency(**at)

    arn = versions[0]["FunctionArn"].removesuffix(":$LATEST")
    c.tag_resource(Resource=arn, Tags={"more": "yes"})
    c.untag_resource(Resource=arn, TagKeys=["team", "none"])
    equal(c.list_tags(Resource=arn)["Tags"], {"more": "yes"}, "tags")
    refused("InvalidParameterValueException", c.tag_resource, Resource=arn + ":live", Tags={"a": "b"})
    refused("ResourceNotFoundException", c.list_tags, Resource=arn + "x")

    queue = "arn:aws:sqs:us-east-1:111111111111:orders"
    made = c.create_event_source_mapping(FunctionName="shapes:live", EventSourceArn=queue, Tags={"a": "b"})
    equal((made["State"], made["BatchSize"], made["FunctionArn"]), ("Creating", 10, arn + ":live"), "mapping")
    of = {"UUID": made["UUID"]}
    refused("ResourceInUseException", c.update_event_source_mapping, **of, BatchSize=1)
    refused("ResourceConflictException", c.create_event_source_mapping, FunctionName="shapes:live", EventSourceArn=queue)
    refused("ResourceNotFoundException", c.create_event_source_mapping, FunctionName="shapes:none", EventSourceArn=queue)
    equal(c.get_event_source_mapping(**of)["State"], "Enabled", "mapping")
    changed = c.update_event_source_mapping(**of, Enabled=False, BatchSize=7, FunctionName="shapes")
    equal((changed["State"], changed["BatchSize"], changed["FunctionArn"]), ("Disabling", 7, arn), "changed")
    for _ in range(2):
        listed = c.list_event_source_mappings(FunctionName="shapes", EventSourceArn=queue)["EventSourceMappings"]
    equal([one["State"] for one in listed], ["Disabled"], "mappings")
    equal(c.delete_event_source_mapping(**of)["State"], "Deleting", "deleting")
    c.get_event_source_mapping(**of)
    refused("ResourceNotFoundException", c.get_event_source_mapping, **of)

    got = c.get_layer_version(LayerName="shared", VersionNumber=3)
    equal(c.get_layer_version_by_arn(Arn=layer)["Content"]["CodeSha256"], got["Content"]["CodeSha256"], "layer")
    equal(digest(urllib.request.urlopen(got["Content"]["Location"]).read()), got["Content"]["CodeSha256"], "its code")
    refused("ResourceNotFoundException", c.get_layer_version, LayerName="shared", VersionNumber=4)

    image = c.create_function(FunctionName="boxed", Role=role, PackageType="Image", ImageConfig={"Command": ["x"]},
                              Code={"ImageUri": "111111111111.dkr.ecr.us-east-1.amazonaws.com/boxed:v1"})
    equal((image["PackageType"], image["CodeSize"]), ("Image", 0), "image")
    got = c.get_function(FunctionName="boxed")["Code"]
    equal(got["ResolvedImageUri"].endswith("@sha256:" + image["CodeSha256"]), True, "resolved")
    refused("InvalidParameterValueException", c.delete_function, **at, Qualifier="live")
    c.delete_alias(**alias)
    c.delete_function(**at, Qualifier="1")
    refused("ResourceNotFoundException", c.get_function, **at, Qualifier="1")
    for name in ("shapes", "boxed"):
        c.delete_function(FunctionName=name)
    refused("ResourceNotFoundException", c.delete_function, **at)
