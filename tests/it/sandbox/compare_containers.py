"""Runs one scenario of ECR, CloudWatch Logs and alarms and prints what was answered, as JSON from `step path` to value.

Usage: compare_containers.py ENDPOINT ACCOUNT. Ids, times, tokens and URLs are replaced by words.
"""

import datetime
import hashlib
import json
import re
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

endpoint, account = sys.argv[1:]
settings = {"endpoint_url": endpoint, "region_name": "us-east-1", "aws_access_key_id": account, "aws_secret_access_key": "test"}
ecr, logs, alarms = (boto3.client(name, config=Config(retries={"total_max_attempts": 1}), **settings)
                     for name in ("ecr", "logs", "cloudwatch"))
name = f"compared{time.time_ns()}"
out = {}


def plain(value):
    # moto has one account whoever asks.
    text = value.replace(name, "NAME").replace(account, "ACCOUNT").replace("123456789012", "ACCOUNT")
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)
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
    elif isinstance(value, datetime.datetime) or path.lower().endswith(("time", "timestamp")):
        out[f"{step} {path}"] = "TIME"
    elif path.endswith(("Token", "eventId")):
        out[f"{step} {path}"] = "TOKEN"
    else:
        out[f"{step} {path}"] = plain(value) if isinstance(value, str) else value


def call(step, method, **arguments):
    try:
        answer = method(**arguments)
    except ClientError as error:
        out[f"{step} error"] = error.response["Error"]["Code"]
        out[f"{step} status"] = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return {}
    except ParamValidationError as error:
        raise SystemExit(f"{step}: {error}")
    except Exception as error:
        out[f"{step} error"] = f"no answer that can be read: {type(error).__name__}"
        return {}
    out[f"{step} status"] = answer.pop("ResponseMetadata")["HTTPStatusCode"]
    flat(step, answer)
    return answer


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def manifest(config, layer):
    part = lambda kind, data: {"mediaType": f"application/vnd.oci.image.{kind}", "digest": sha(data), "size": len(data)}
    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": part("config.v1+json", config),
                       "layers": [part("layer.v1.tar", layer)]})


at = {"repositoryName": name}
call("repository", ecr.create_repository, **at)
call("repository again", ecr.create_repository, **at)
call("repositories", ecr.describe_repositories, repositoryNames=[name])
call("no repository", ecr.describe_repositories, repositoryNames=[name + "x"])
call("no policy", ecr.get_repository_policy, **at)
policy = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Sid": "read", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": ["ecr:BatchGetImage"]}]})
call("policy set", ecr.set_repository_policy, **at, policyText=policy)
out["policy kept"] = json.loads(call("policy", ecr.get_repository_policy, **at).get("policyText", "{}")) == json.loads(policy)
for unordered in ("policy set", "policy"):
    out.pop(f"{unordered} .policyText", None)
call("policy deleted", ecr.delete_repository_policy, **at)
config, layer = b'{"architecture": "amd64", "os": "linux"}', b"layer" * 100
text = manifest(config, layer)
for what, data in (("config", config), ("layer", layer)):
    opened = call(f"{what} begun", ecr.initiate_layer_upload, **at)
    upload = {**at, "uploadId": opened.get("uploadId", "00000000-0000-4000-8000-000000000000")}
    part = {**upload, "partFirstByte": 0, "partLastByte": len(data) - 1, "layerPartBlob": data}
    call(f"{what} part", ecr.upload_layer_part, **part)
    call(f"{what} completed", ecr.complete_layer_upload, **upload, layerDigests=[sha(data)])
call("layers", ecr.batch_check_layer_availability, **at, layerDigests=[sha(layer), sha(b"none")])
call("image", ecr.put_image, **at, imageManifest=text, imageTag="v1", imageDigest=sha(text.encode()))
call("image under a second tag", ecr.put_image, **at, imageManifest=text, imageTag="v2", imageDigest=sha(text.encode()))
by_tag, by_digest, by_none = {"imageTag": "v1"}, {"imageDigest": sha(text.encode())}, {"imageTag": "none"}
call("fetched by tag", ecr.batch_get_image, **at, imageIds=[by_tag], acceptedMediaTypes=[MANIFEST])
call("fetched by digest", ecr.batch_get_image, **at, imageIds=[by_digest])
call("fetched none", ecr.batch_get_image, **at, imageIds=[by_none])
call("described by tag", ecr.describe_images, **at, imageIds=[by_tag])
call("described by digest", ecr.describe_images, **at, imageIds=[by_digest])
call("described none", ecr.describe_images, **at, imageIds=[by_none])
call("listed", ecr.list_images, **at)
call("layer fetched", ecr.get_download_url_for_layer, **at, layerDigest=sha(layer))
call("repository with images", ecr.delete_repository, **at)
call("tag deleted", ecr.batch_delete_image, **at, imageIds=[{"imageTag": "v2"}])
call("deleted by digest", ecr.batch_delete_image, **at, imageIds=[by_digest, by_none])
call("nothing is left", ecr.describe_images, **at)
call("image again", ecr.put_image, **at, imageManifest=text, imageTag="v1")
call("image again and again", ecr.put_image, **at, imageManifest=text, imageTag="v1")
call("repository deleted", ecr.delete_repository, **at, force=True)
call("images of no repository", ecr.list_images, **at)
fixed = {"repositoryName": name + "/fixed"}
call("immutable", ecr.create_repository, **fixed, imageTagMutability="IMMUTABLE")

# What is wrong has a repository and a stream of its own: an emulator that takes it has them spoilt.
wrong = {"repositoryName": name + "/wrong"}
ecr.create_repository(**wrong)
upload = {**wrong, "uploadId": ecr.initiate_layer_upload(**wrong)["uploadId"]}
call("part out of order", ecr.upload_layer_part, **upload, partFirstByte=7, partLastByte=506, layerPartBlob=layer)
upload = {**wrong, "uploadId": ecr.initiate_layer_upload(**wrong)["uploadId"]}
ecr.upload_layer_part(**upload, partFirstByte=0, partLastByte=499, layerPartBlob=layer)
call("layer of another digest", ecr.complete_layer_upload, **upload, layerDigests=[sha(b"other")])
call("image without layers", ecr.put_image, **wrong, imageManifest=text, imageTag="early")
call("image of another digest", ecr.put_image, **wrong, imageManifest=text, imageTag="v3", imageDigest=sha(b"other"))
call("image that is none", ecr.put_image, **wrong, imageManifest="none", imageTag="v4")

group, stream = {"logGroupName": f"/{name}"}, {"logGroupName": f"/{name}", "logStreamName": "one"}
now = int(time.time() * 1000)
events = [{"timestamp": now + n, "message": f"line {n}"} for n in range(12)]
call("group", logs.create_log_group, **group)
call("group again", logs.create_log_group, **group)
call("groups", logs.describe_log_groups, logGroupNamePrefix=f"/{name}")
call("stream", logs.create_log_stream, **stream)
call("stream again", logs.create_log_stream, **stream)
call("stream of no group", logs.create_log_stream, logGroupName=name + "none", logStreamName="one")
call("put", logs.put_log_events, **stream, logEvents=events)
call("put nowhere", logs.put_log_events, **{**stream, "logStreamName": "none"}, logEvents=events)
call("streams", logs.describe_log_streams, **group)
call("streams by time and prefix", logs.describe_log_streams, **group, logStreamNamePrefix="o", orderBy="LastEventTime")
latest = call("latest", logs.get_log_events, **stream, limit=3)
if latest:
    call("before", logs.get_log_events, **stream, limit=3, nextToken=latest["nextBackwardToken"])
    after = call("after", logs.get_log_events, **stream, nextToken=latest["nextForwardToken"])
    out["the end has the same token"] = after.get("nextForwardToken") == latest["nextForwardToken"]
call("head", logs.get_log_events, **stream, limit=2, startFromHead=True)
call("by time", logs.get_log_events, **stream, startFromHead=True, startTime=now + 2, endTime=now + 4)
call("events of no stream", logs.get_log_events, **{**stream, "logStreamName": "none"})
call("filtered", logs.filter_log_events, **group, filterPattern='"line 1"')
call("filtered without", logs.filter_log_events, **group, filterPattern="line -1 -2 -3 -4 -5 -6")
call("filtered nowhere", logs.filter_log_events, logGroupName=name + "none")
spoilt = {**group, "logStreamName": "two"}
logs.create_log_stream(**spoilt)
call("put out of order", logs.put_log_events, **spoilt, logEvents=events[::-1])
call("put too old", logs.put_log_events, **spoilt, logEvents=[{"timestamp": now - 15 * 86_400_000, "message": "old"}])
call("group deleted", logs.delete_log_group, **group)
call("group deleted again", logs.delete_log_group, **group)
call("events of no group", logs.get_log_events, **stream)

alarm = {"AlarmName": name, "MetricName": "Errors", "Namespace": "Acme", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 2,
         "Dimensions": [{"Name": "Service", "Value": "api"}], "Threshold": 5.5, "ComparisonOperator": "GreaterThanThreshold"}
call("alarm", alarms.put_metric_alarm, **alarm, AlarmDescription="Of the API", TreatMissingData="notBreaching",
     AlarmActions=[f"arn:aws:sns:us-east-1:{account}:ops"])
call("alarms", alarms.describe_alarms, AlarmNames=[name])
call("alarm set", alarms.set_alarm_state, AlarmName=name, StateValue="ALARM", StateReason="by hand", StateReasonData='{"a": 1}')
call("alarms firing", alarms.describe_alarms, AlarmNamePrefix=name, StateValue="ALARM")
call("alarm changed", alarms.put_metric_alarm, **{**alarm, "Threshold": 7})
call("alarms changed", alarms.describe_alarms, AlarmNames=[name])
call("no alarms", alarms.describe_alarms, AlarmNames=[name + "x"])
call("none set", alarms.set_alarm_state, AlarmName=name + "x", StateValue="OK", StateReason="x")
call("set without JSON", alarms.set_alarm_state, AlarmName=name, StateValue="OK", StateReason="x", StateReasonData="{")
call("set to nothing", alarms.set_alarm_state, AlarmName=name, StateValue="GREEN", StateReason="x")
call("alarm without a metric", alarms.put_metric_alarm, AlarmName=name + "y", EvaluationPeriods=1, Threshold=1,
     ComparisonOperator="GreaterThanThreshold")
call("alarm deleted", alarms.delete_alarms, AlarmNames=[name])
call("alarm deleted again", alarms.delete_alarms, AlarmNames=[name])
print(json.dumps(out))
