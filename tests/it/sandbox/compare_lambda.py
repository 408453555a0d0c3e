"""Runs one scenario of Lambda calls and prints what was answered, as JSON from `step path` to value.

Usage: compare_lambda.py ENDPOINT ACCOUNT. Ids, times and URLs are replaced by words; what takes time is waited for.
"""

import base64
import hashlib
import io
import json
import re
import sys
import time
import urllib.request
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

endpoint, account = sys.argv[1:]
c = boto3.client("lambda", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=account,
                 aws_secret_access_key="test", config=Config(retries={"total_max_attempts": 1}))
name = f"compared-{time.time_ns()}"
at = {"FunctionName": name}
role = f"arn:aws:iam::{account}:role/compared"
out, revisions = {}, {}


def archive(text):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr(zipfile.ZipInfo("index.js"), text)
    return held.getvalue()


def plain(value):
    text = value.replace(name, "NAME").replace(account, "ACCOUNT")
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", "TIME", text)
    return re.sub(r"https?://[^ ]+", "URL", text)


def flat(step, value, path=""):
    if isinstance(value, dict):
        out[f"{step} {path or '.'}"] = "{}"
        for key, inner in value.items():
            flat(step, inner, f"{path}.{plain(key)}")
    elif isinstance(value, list):
        out[f"{step} {path}"] = f"{len(value)} items"
        for n, inner in enumerate(value):
            flat(step, inner, f"{path}.{n}")
    else:
        if isinstance(value, str) and value.startswith("{"):
            return flat(step, json.loads(value), path)
        out[f"{step} {path}"] = plain(value) if isinstance(value, str) else value


def call(step, method, **arguments):
    try:
        answer = getattr(c, method)(**arguments)
    except ClientError as error:
        out[f"{step} error"] = error.response["Error"]["Code"]
        out[f"{step} status"] = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return {}
    out[f"{step} status"] = answer.pop("ResponseMetadata")["HTTPStatusCode"]
    for passing in ("LastModified", "NextMarker", "State", "StateReason", "StateReasonCode", "LastUpdateStatus",
                    "LastUpdateStatusReason", "LastUpdateStatusReasonCode"):
        if method not in ("get_function_configuration", "get_event_source_mapping"):
            answer.pop(passing, None)
    if method in ("get_event_source_mapping", "create_event_source_mapping", "update_event_source_mapping"):
        answer.pop("LastModified", None)
    flat(step, answer)
    return answer


def settle():
    for _ in range(200):
        got = c.get_function_configuration(**at)
        if got.get("State") != "Pending" and got.get("LastUpdateStatus") != "InProgress":
            return got
        time.sleep(0.05)
    raise SystemExit("the function does not settle")


# ministack looks for the role; the sandbox has no IAM.
settings = {"endpoint_url": endpoint, "region_name": "us-east-1", "aws_access_key_id": account, "aws_secret_access_key": "test"}
try:
    boto3.client("iam", config=Config(retries={"total_max_attempts": 1}), **settings).create_role(
        RoleName="compared", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}))
except (ClientError, ResponseParserError):
    pass
one, two = archive("one"), archive("two")
create = {**at, "Role": role, "Runtime": "nodejs22.x", "Handler": "index.handler", "Code": {"ZipFile": one}}
call("create", "create_function", **create, Description="First", Timeout=9, MemorySize=256, Tags={"team": "voice"},
     Environment={"Variables": {"TABLE": "orders"}})
settle()
call("create again", "create_function", **create)
call("configuration", "get_function_configuration", **at)
got = call("get", "get_function", **at)
location = got["Code"].get("Location")
out["the code"] = hashlib.sha256(urllib.request.urlopen(location).read()).hexdigest() if location else "no URL"
call("get none", "get_function", FunctionName=name + "-none")
call("get no version", "get_function", **at, Qualifier="7")
call("no archive", "update_function_code", **at, ZipFile=b"no archive")
call("publish", "publish_version", **at)
call("publish again", "publish_version", **at)
call("wrong revision", "update_function_configuration", **at, Timeout=10, RevisionId="00000000-0000-4000-8000-000000000000")
call("update", "update_function_configuration", **at, Timeout=10, Environment={"Variables": {"MORE": "yes"}})
settle()
call("dry run", "update_function_code", **at, ZipFile=two, DryRun=True)
out["after a dry run"] = settle()["CodeSha256"] == base64.b64encode(hashlib.sha256(one).digest()).decode()
call("code", "update_function_code", **at, ZipFile=two)
settle()
call("publish the wrong code", "publish_version", **at, CodeSha256=base64.b64encode(hashlib.sha256(one).digest()).decode())
call("publish two", "publish_version", **at, Description="Second")
call("versions", "list_versions_by_function", **at)
call("version one", "get_function_configuration", **at, Qualifier="1")
alias = {**at, "Name": "live"}
made = call("alias", "create_alias", **alias, FunctionVersion="1", Description="Live")
call("alias again", "create_alias", **alias, FunctionVersion="1")
call("alias of nothing", "create_alias", **at, Name="other", FunctionVersion="9")
call("split", "update_alias", **alias, RoutingConfig={"AdditionalVersionWeights": {"2": 0.25}})
call("split kept", "update_alias", **alias, Description="Still")
call("stale alias", "update_alias", **alias, FunctionVersion="2", RevisionId="00000000-0000-4000-8000-000000000000")
call("move", "update_alias", **alias, FunctionVersion="2", RoutingConfig={"AdditionalVersionWeights": {}})
call("alias as it is", "get_alias", **alias)
call("through the alias", "get_function_configuration", **at, Qualifier="live")
call("aliases", "list_aliases", **at)
call("no alias", "get_alias", **at, Name="none")
call("version in use", "delete_function", **at, Qualifier="2")
grant = {**at, "StatementId": "connect", "Action": "lambda:InvokeFunction", "Principal": "connect.amazonaws.com",
         "SourceAccount": account, "SourceArn": f"arn:aws:connect:us-east-1:{account}:instance/x"}
call("no policy", "get_policy", **at)
call("permission", "add_permission", **grant, Qualifier="live")
call("permission again", "add_permission", **grant, Qualifier="live")
call("policy", "get_policy", **at, Qualifier="live")
call("no statement", "remove_permission", **at, StatementId="none", Qualifier="live")
call("permission removed", "remove_permission", **at, StatementId="connect", Qualifier="live")
call("policy gone", "get_policy", **at, Qualifier="live")
call("reserve", "put_function_concurrency", **at, ReservedConcurrentExecutions=5)
call("reserved", "get_function_concurrency", **at)
call("free", "delete_function_concurrency", **at)
arn = f"arn:aws:lambda:us-east-1:{account}:function:{name}"
call("tag", "tag_resource", Resource=arn, Tags={"more": "yes"})
call("untag", "untag_resource", Resource=arn, TagKeys=["team"])
call("tags", "list_tags", Resource=arn)
queue = f"arn:aws:sqs:us-east-1:{account}:compared"
mapping = call("mapping", "create_event_source_mapping", **at, EventSourceArn=queue, Enabled=False)
of = {"UUID": mapping.get("UUID", "00000000-0000-4000-8000-000000000000")}
time.sleep(0.2)
call("mapping looked at", "get_event_source_mapping", **of)
call("mapping as it is", "get_event_source_mapping", **of)
call("mapping changed", "update_event_source_mapping", **of, BatchSize=7)
call("no mapping", "get_event_source_mapping", UUID="00000000-0000-4000-8000-000000000000")
c.get_event_source_mapping(**of)
c.delete_event_source_mapping(**of)
call("delete the alias", "delete_alias", **alias)
call("delete a version", "delete_function", **at, Qualifier="1")
call("version gone", "get_function", **at, Qualifier="1")
call("delete", "delete_function", **at)
call("delete again", "delete_function", **at)
print(json.dumps(out))
