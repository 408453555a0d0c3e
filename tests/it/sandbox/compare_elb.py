"""Runs one scenario of Elastic Load Balancing calls and prints what was answered, as JSON from `step path` to value.

Usage: compare_elb.py ENDPOINT ACCOUNT. Ids, times and host names are replaced by words.
"""

import json
import re
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, account = sys.argv[1:]
c = boto3.client("elbv2", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=account,
                 aws_secret_access_key="test", config=Config(retries={"total_max_attempts": 1}))
name = f"c{time.time_ns()}"[:20]
out = {}


def plain(value):
    text = str(value).replace(name, "NAME").replace(account, "ACCOUNT")
    text = re.sub(r"/[0-9a-z]{16}(?=/|$)", "/ID", text)
    return text if isinstance(value, str) else value if isinstance(value, (bool, int, float)) else text


def flat(step, value, path=""):
    if isinstance(value, dict):
        out[f"{step} {path or '.'}"] = "{}"
        for key, inner in value.items():
            flat(step, inner, f"{path}.{key}")
    elif isinstance(value, list):
        out[f"{step} {path}"] = f"{len(value)} items"
        for n, inner in enumerate(value):
            flat(step, inner, f"{path}.{n}")
    else:
        out[f"{step} {path}"] = plain(value)


def call(step, method, **arguments):
    try:
        answer = getattr(c, method)(**arguments)
    except ClientError as error:
        out[f"{step} error"] = error.response["Error"]["Code"]
        out[f"{step} status"] = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return {}
    out[f"{step} status"] = answer.pop("ResponseMetadata")["HTTPStatusCode"]
    for one in answer.get("LoadBalancers", []):
        for passing in ("CreatedTime", "DNSName", "State"):
            one.pop(passing, None)
    flat(step, answer)
    return answer


def one(answer, many, member):
    return (answer.get(many) or [{}])[0].get(member, "arn:aws:elasticloadbalancing:us-east-1:1:none")


at = one(call("balancer", "create_load_balancer", Name=name, Subnets=["subnet-1"]), "LoadBalancers", "LoadBalancerArn")
call("balancers", "describe_load_balancers", Names=[name])
call("no balancer", "describe_load_balancers", Names=[name + "-none"])
group = {"Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1", "TargetType": "ip"}
blue = one(call("blue", "create_target_group", Name=name + "-b", **group), "TargetGroups", "TargetGroupArn")
green = one(call("green", "create_target_group", Name=name + "-g", **group), "TargetGroups", "TargetGroupArn")
call("other blue", "create_target_group", Name=name + "-b", **{**group, "Port": 81})
call("no group", "describe_target_groups", TargetGroupArns=[blue + "0"])
listener = one(call("listener", "create_listener", LoadBalancerArn=at, Protocol="HTTP", Port=80, DefaultActions=[
    {"Type": "forward", "TargetGroupArn": blue}]), "Listeners", "ListenerArn")
call("listener of nothing", "create_listener", LoadBalancerArn=at + "0", Protocol="HTTP", Port=81,
     DefaultActions=[{"Type": "forward", "TargetGroupArn": blue}])
call("second on the port", "create_listener", LoadBalancerArn=at, Protocol="HTTP", Port=80, DefaultActions=[
    {"Type": "forward", "TargetGroupArn": green}])
both = [{"Type": "forward", "ForwardConfig": {"TargetGroups": [
    {"TargetGroupArn": blue, "Weight": 90}, {"TargetGroupArn": green, "Weight": 10}]}}]
call("weights", "modify_listener", ListenerArn=listener, DefaultActions=both)
call("listeners", "describe_listeners", LoadBalancerArn=at)
call("no listener", "describe_listeners", ListenerArns=[listener + "0"])
where = {"ListenerArn": listener, "Priority": 5, "Conditions": [{"Field": "path-pattern", "Values": ["/api/*"]}]}
rule = one(call("rule", "create_rule", **where, Actions=both), "Rules", "RuleArn")
call("rule again", "create_rule", **where, Actions=both)
call("rule changed", "modify_rule", RuleArn=rule, Actions=[{"Type": "forward", "TargetGroupArn": green}])
rules = call("rules", "describe_rules", ListenerArn=listener)
call("no rule", "describe_rules", RuleArns=[rule + "0"])
default = [known["RuleArn"] for known in rules.get("Rules", []) if known["IsDefault"]]
call("default rule", "delete_rule", RuleArn=default[0] if default else rule + "0")
call("groups of the balancer", "describe_target_groups", LoadBalancerArn=at)
call("register", "register_targets", TargetGroupArn=blue, Targets=[{"Id": "10.0.0.1"}, {"Id": "10.0.0.2", "Port": 81}])
time.sleep(0.3)
call("health", "describe_target_health", TargetGroupArn=blue)
call("health of none", "describe_target_health", TargetGroupArn=blue + "0")
call("deregister", "deregister_targets", TargetGroupArn=blue, Targets=[{"Id": "10.0.0.1"}, {"Id": "10.0.0.2", "Port": 81}])
call("in use", "delete_target_group", TargetGroupArn=green)
call("delete the rule", "delete_rule", RuleArn=rule)
call("delete the listener", "delete_listener", ListenerArn=listener)
call("delete it again", "delete_listener", ListenerArn=listener)
call("delete green", "delete_target_group", TargetGroupArn=green)
call("delete the balancer", "delete_load_balancer", LoadBalancerArn=at)
print(json.dumps(out))
