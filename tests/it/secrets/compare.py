"""Runs one scenario of KMS, Parameter Store and Secrets Manager calls and prints what was answered, as JSON.

Usage: compare.py ENDPOINT ACCOUNT. From `step path` to value; ids, times and ciphertexts are replaced by words.
"""

import json
import re
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, account = sys.argv[1:]
client = lambda service: boto3.client(
    service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=account, aws_secret_access_key="test",
    config=Config(retries={"total_max_attempts": 1}))
name = f"compared-{time.time_ns()}"
out = {}


def plain(value):
    if isinstance(value, bytes):
        return f"{len(value)} bytes" if len(value) in (16, 32, 64) else "BYTES"
    if not isinstance(value, str):
        return value if isinstance(value, (int, bool, float)) else type(value).__name__
    text = value.replace(name, "NAME").replace(account, "ACCOUNT")
    text = re.sub(r"^[0-9a-f]{64}$", "HEX", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)
    return re.sub(r"(:secret:[^ ]*)-[A-Za-z0-9]{6}\b", r"\1-SUFFIX", text)


def flat(step, value, path=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            flat(step, inner, f"{path}.{key}")
    elif isinstance(value, list):
        out[f"{step} {path}"] = f"{len(value)} items"
        for n, inner in enumerate(value):
            flat(step, inner, f"{path}.{n}")
    else:
        out[f"{step} {path}"] = plain(value)


def call(step, method, hide=(), **arguments):
    try:
        answer = method(**arguments)
    except ClientError as error:
        out[f"{step} error"] = error.response["Error"]["Code"]
        out[f"{step} status"] = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return {}
    answer.pop("ResponseMetadata")
    flat(step, {key: value for key, value in answer.items() if key not in hide})
    return answer


k = client("kms")
alias = f"alias/{name}"
key = call("create key", k.create_key)["KeyMetadata"]["KeyId"]
call("create alias", k.create_alias, AliasName=alias, TargetKeyId=key)
call("create alias again", k.create_alias, AliasName=alias, TargetKeyId=key)
call("describe key", k.describe_key, KeyId=alias)
call("describe no alias", k.describe_key, KeyId=f"{alias}-none")
call("describe no key", k.describe_key, KeyId="00000000-0000-4000-8000-000000000000")
context = {"a": "1", "b": "2"}
data = call("data key", k.generate_data_key, KeyId=alias, KeySpec="AES_256", EncryptionContext=context)
call("data key of 16", k.generate_data_key, KeyId=alias, KeySpec="AES_128")
call("data key of 64", k.generate_data_key, KeyId=alias, NumberOfBytes=64)
opened = call("decrypt", k.decrypt, CiphertextBlob=data["CiphertextBlob"], EncryptionContext=context)
out["decrypt same"] = opened.get("Plaintext") == data["Plaintext"]
call("decrypt without context", k.decrypt, CiphertextBlob=data["CiphertextBlob"])
call("decrypt with another", k.decrypt, CiphertextBlob=data["CiphertextBlob"], EncryptionContext={"a": "1"})
blob = call("encrypt", k.encrypt, KeyId=key, Plaintext=b"text", EncryptionContext=context)["CiphertextBlob"]
call("decrypt what was encrypted", k.decrypt, CiphertextBlob=blob, EncryptionContext=context)

s = client("ssm")
path = f"/{name}/word"
call("put", s.put_parameter, Name=path, Value="one", Type="SecureString")
call("put again", s.put_parameter, Name=path, Value="two", Type="SecureString")
call("overwrite", s.put_parameter, Name=path, Value="two", Type="SecureString", Overwrite=True)
call("get", s.get_parameter, Name=path, WithDecryption=True)
call("get first", s.get_parameter, Name=f"{path}:1", WithDecryption=True)
call("get ninth", s.get_parameter, Name=f"{path}:9", WithDecryption=True)
cipher = call("get encrypted", s.get_parameter, hide=("Parameter",), Name=path)
out["get encrypted hides"] = cipher["Parameter"]["Value"] != "two"
call("get none", s.get_parameter, Name=f"{path}-none")
call("get some", s.get_parameters, Names=[path, f"{path}-none"], WithDecryption=True)
call("put text", s.put_parameter, Name=f"{path}-text", Value="text", Type="String")
call("get text", s.get_parameter, Name=f"{path}-text")
call("delete", s.delete_parameter, Name=path)
call("delete again", s.delete_parameter, Name=path)

m = client("secretsmanager")
made = call("create secret", m.create_secret, Name=name, SecretString="one")
call("create secret again", m.create_secret, Name=name, SecretString="one")
call("get secret", m.get_secret_value, SecretId=name)
call("put secret", m.put_secret_value, SecretId=name, SecretString="two")
call("get current", m.get_secret_value, SecretId=made["ARN"])
call("get previous", m.get_secret_value, SecretId=name, VersionStage="AWSPREVIOUS")
call("get by id", m.get_secret_value, SecretId=name, VersionId=made["VersionId"])
call("get no stage", m.get_secret_value, SecretId=name, VersionStage="NONE")
call("get no secret", m.get_secret_value, SecretId=f"{name}-none")
call("delete secret", m.delete_secret, SecretId=name)
call("get deleted", m.get_secret_value, SecretId=name)
call("create deleted", m.create_secret, Name=name, SecretString="x")
print(json.dumps(out, indent=1, sort_keys=True))
