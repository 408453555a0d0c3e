"""Asks a real Amazon Connect instance what AWS's documents do not say, and writes the answers as a facts file.

See README.md beside this file. Every question has the name of a switch of the sandbox (src/sandbox/switch.rs), so that
the simulation can be set to what was seen.
"""

import argparse
import datetime
import json
import secrets
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from calls import Aws, code
from questions import READS, WRITES, Unsettled

PREFIX = "snapdeploy-probe-"
# Switches that no probe settles, and why.
NOT_ASKED = {
    "profile_quota_is_limit_exceeded": "would need more than 50 queues and channels in a routing profile",
    "quotas": "asking would throttle everybody else in the account; AWS states them",
    "table_creation_calls": "is about DynamoDB, and would need a table",
    "delete_active_evaluation_form": "no question is written for it yet: it would make an evaluation form",
    "hierarchy_names_unique": "no question is written for it yet: it would change the hierarchy of all users",
    "phone_config_mirrored": "no question is written for it yet: it would make a user",
    "rule_update_keeps_filters": "no question is written for it yet: it would make a rule",
    "unpublished_view_not_found": "no question is written for it yet: it would make a view",
    "vocabulary_creation_calls": "no question is written for it yet: it would make a vocabulary",
    "vocabulary_deletion_calls": "no question is written for it yet: it would make a vocabulary",
}


def ask(question, aws):
    """Returns what is known then: a value and its evidence, or why there is none."""
    try:
        value, evidence = question(aws)
        return {"value": value, "evidence": evidence}
    except Unsettled as e:
        return {"unsettled": str(e)}
    except ClientError as e:
        return {"unsettled": f"{e.operation_name}: {code(e)}: {e.response['Error'].get('Message', '')}"}
    except (BotoCoreError, KeyError, IndexError) as e:
        return {"unsettled": f"{type(e).__name__}: {e}"}


def toml(header, facts):
    """Returns the facts file. JSON's texts, numbers and truths are TOML's."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in header.items()]
    for name in sorted(facts):
        lines += ["", f"[{name}]"] + [f"{key} = {json.dumps(value)}" for key, value in facts[name].items()]
    return "\n".join(lines) + "\n"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instance", required=True, help="the id of the Connect instance: best one for tests")
    parser.add_argument("--region", required=True)
    parser.add_argument("--profile", help="a profile of the AWS configuration")
    parser.add_argument("--endpoint", help="another place for AWS: the sandbox")
    parser.add_argument("--read-only", action="store_true", help="ask only what reading answers; make nothing")
    parser.add_argument("--prompt-url", help="a presigned URL of a WAV file, for one of the questions")
    parser.add_argument("--rate", type=float, default=1.5, help="calls a second of each operation; 0: as fast as can be")
    parser.add_argument("--out", help="the facts file; standard output if nothing is said")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return parser.parse_args()


def consent(said, account):
    """Asks whether things may be made."""
    print(f"This makes up to 40 flows, queues, hours, quick connects, prompts and an approved origin in {account}, "
          f"instance {said.instance}, all named {PREFIX}*, and deletes them again.", file=sys.stderr)
    if said.yes:
        return True
    if not sys.stdin.isatty():
        print("There is no terminal to ask at: --yes, or --read-only.", file=sys.stderr)
        return False
    print("Go on? Type yes: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() == "yes"


def main():
    """Returns 0; 1 if something could not be deleted again or asked at all; 5 if it was not meant."""
    said = arguments()
    session = boto3.Session(profile_name=said.profile, region_name=said.region)
    once = Config(retries={"total_max_attempts": 1})
    try:
        account = session.client("sts", endpoint_url=said.endpoint).get_caller_identity()["Account"]
        client = session.client("connect", endpoint_url=said.endpoint, config=once)
        client.describe_instance(InstanceId=said.instance)
    except (ClientError, BotoCoreError) as e:
        print(f"error: cannot look at the instance: {e}", file=sys.stderr)
        return 1
    if not said.read_only and not consent(said, account):
        return 5
    aws = Aws(client, said.instance, said.rate, f"{PREFIX}{secrets.token_hex(4)}-", said.prompt_url)
    facts = {name: {"unsettled": why} for name, why in NOT_ASKED.items()}
    left = []
    try:
        for question in READS + WRITES:
            if question in WRITES and said.read_only:
                facts[question.__name__] = {"unsettled": "was not asked: --read-only"}
                continue
            facts[question.__name__] = ask(question, aws)
            words = facts[question.__name__]
            print(f"{question.__name__}: {words.get('value', 'not settled')} "
                  f"({words.get('evidence') or words.get('unsettled')})", file=sys.stderr)
    finally:
        left = [] if said.read_only else aws.remove_all()
        for remove, which, why in left:
            print(f"LEFT BEHIND, {remove} by hand: {json.dumps(which)} ({why})", file=sys.stderr)
    header = {"schema": "snapdeploy.facts/1", "account": account, "region": said.region, "instance": said.instance,
              "taken_at": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
              "boto3": boto3.__version__, "calls": aws.count}
    text = toml(header, facts)
    if said.out:
        with open(said.out, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        print(text, end="")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
