"""Checks raw answers against botocore's models.

An answer is wrong when it has an unknown member, a wrong type, a value outside its enum, pattern or length, or lacks a
required member; an error when it is not in the operation's list (nor common to all operations).
"""

import json
import re
from collections import Counter

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

COMMON = {
    "connect": {"TooManyRequestsException", "AccessDeniedException", "ExpiredTokenException", "UnrecognizedClientException",
                "SerializationException"},
    "lambda": {"AccessDeniedException", "ValidationException"},
    "lexv2-models": {"AccessDeniedException"},
    "dynamodb": {"ValidationException", "ThrottlingException", "ResourceNotFoundException"},
    "sts": {"AccessDenied", "ValidationError"},
    # "Common errors" of Elastic Load Balancing.
    "elbv2": {"AccessDenied", "ValidationError", "Throttling"},
    "codedeploy": {"AccessDeniedException"},
    "ecs": {"AccessDeniedException"},
    # "Common errors" of KMS.
    "kms": {"ValidationException", "AccessDeniedException"},
    # "Common errors" of ECR and CloudWatch.
    "ecr": {"AccessDeniedException"},
    "logs": set(),
    # A code is not the name of its shape: NoSuchEntityException, InvalidFormatFault.
    "cloudwatch": {"ValidationError", "InvalidFormat", "InvalidParameterValue", "InvalidParameterCombination", "MissingParameter"},
    "iam": {"NoSuchEntity"},
    "cloudfront": set(),
    "s3": {"AccessDenied", "NoSuchBucket", "PreconditionFailed", "InvalidRange", "BadDigest", "404", "NoSuchKey"},
}

# What AWS answers although its model does not list it, as LocalStack's suite recorded it on AWS.
OUTSIDE = {("LastUpdateStatusReasonCode", "Creating")}

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
        # Made for requests, and come empty in answers all the same (ListImages of an empty repository).
        if shape.name != "ImageIdentifierList":
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
        if shape.enum and value not in shape.enum and (shape.name, value) not in OUTSIDE:
            bad("not in its enum")
        pattern = shape.metadata.get("pattern")
        # The phone number patterns of the model are escaped twice and match nothing.
        if pattern and "\\\\" not in pattern and "\\p{" not in pattern.lower() and not re.search(pattern, value):
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
        if name in ("cloudfront", "elbv2", "s3", "sts", "iam"):
            if status >= 300:
                code = parsed.get("Error", {}).get("Code")
                modelled = {shape.metadata.get("error", {}).get("code", shape.name) for shape in model.error_shapes}
                if code not in COMMON[name] | modelled:
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
            if name in ("codedeploy", "logs"):
                # Its models have no words; its answers do.
                equal(isinstance(body.pop("message", None), str), True, f"{operation} {code} says why")
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
    elif shape.type_name == "string" and shape.enum and value is not None and value not in shape.enum:
        problems.append(f"{where}: {value!r} is not in its enum")


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


def not_there(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        equal(error.response["ResponseMetadata"]["HTTPStatusCode"], 501, "an operation that is not there")
        problems[:] = [problem for problem in problems if "NotImplemented is not modelled" not in problem]
        return
    problems.append("an operation that is not there was answered")
