"""Drives Elastic Load Balancing with boto3, for check_shapes.py."""

import time

from shapes import client, equal, refused


def balancing(endpoint):
    c = client("elbv2", endpoint)
    made = {"Name": "shapes", "Subnets": ["subnet-1", "subnet-2"], "Tags": [{"Key": "team", "Value": "voice"}]}
    balancer = c.create_load_balancer(**made)["LoadBalancers"][0]
    equal((balancer["State"]["Code"], balancer["Type"]), ("provisioning", "application"), "a new load balancer")
    at = balancer["LoadBalancerArn"]
    equal(c.create_load_balancer(**made)["LoadBalancers"][0]["LoadBalancerArn"], at, "created again")
    refused("DuplicateLoadBalancerName", c.create_load_balancer, **{**made, "Scheme": "internal"})
    refused("ValidationError", c.create_load_balancer, Name="not_a_name", Subnets=["subnet-1"])
    equal(c.describe_load_balancers(Names=["shapes"])["LoadBalancers"][0]["State"]["Code"], "active", "looked at")
    refused("LoadBalancerNotFound", c.describe_load_balancers, Names=["none"])
    refused("LoadBalancerNotFound", c.describe_load_balancers, LoadBalancerArns=[at + "0"])

    group = {"Protocol": "HTTP", "Port": 8080, "VpcId": "vpc-1", "TargetType": "ip", "HealthCheckPath": "/health"}
    blue = c.create_target_group(Name="shapes-blue", **group)["TargetGroups"][0]
    equal((blue["HealthCheckIntervalSeconds"], blue["Matcher"], blue["HealthCheckEnabled"], blue["LoadBalancerArns"]),
          (30, {"HttpCode": "200"}, True, []), "a new target group")
    blue = blue["TargetGroupArn"]
    green = c.create_target_group(Name="shapes-green", **group)["TargetGroups"][0]["TargetGroupArn"]
    equal(c.create_target_group(Name="shapes-blue", **group)["TargetGroups"][0]["TargetGroupArn"], blue, "made again")
    refused("DuplicateTargetGroupName", c.create_target_group, Name="shapes-blue", **{**group, "Port": 81})
    refused("ValidationError", c.create_target_group, Name="not_a_name", **group)
    c.modify_target_group(TargetGroupArn=blue, HealthyThresholdCount=3, Matcher={"HttpCode": "200-299"})
    got = c.describe_target_groups(Names=["shapes-blue"])["TargetGroups"][0]
    equal((got["HealthyThresholdCount"], got["Matcher"], got["HealthCheckPath"]), (3, {"HttpCode": "200-299"}, "/health"), "modified")
    refused("TargetGroupNotFound", c.describe_target_groups, Names=["none"])
    refused("TargetGroupNotFound", c.describe_target_health, TargetGroupArn=green + "0")

    forward = lambda *groups: [{"Type": "forward", "ForwardConfig": {"TargetGroups": [
        {"TargetGroupArn": arn, "Weight": weight} for arn, weight in groups]}}]
    listener = c.create_listener(LoadBalancerArn=at, Protocol="HTTP", Port=80, DefaultActions=[
        {"Type": "forward", "TargetGroupArn": blue}])["Listeners"][0]
    only = {"Type": "forward", "TargetGroupArn": blue, "ForwardConfig": {
        "TargetGroups": [{"TargetGroupArn": blue, "Weight": 1}], "TargetGroupStickinessConfig": {"Enabled": False}}}
    equal(listener["DefaultActions"], [only], "an action with one target group")
    listener = listener["ListenerArn"]
    refused("DuplicateListener", c.create_listener, LoadBalancerArn=at, Protocol="HTTP", Port=80,
            DefaultActions=forward((green, 1)))
    refused("TargetGroupNotFound", c.create_listener, LoadBalancerArn=at, Protocol="HTTP", Port=81,
            DefaultActions=forward((green + "0", 1)))
    refused("CertificateNotFound", c.create_listener, LoadBalancerArn=at, Protocol="HTTPS", Port=443,
            DefaultActions=forward((green, 1)))
    refused("LoadBalancerNotFound", c.create_listener, LoadBalancerArn=at + "0", Protocol="HTTP", Port=81,
            DefaultActions=forward((green, 1)))
    refused("ValidationError", c.modify_listener, ListenerArn=listener, DefaultActions=forward((blue, 1000)))
    got = c.modify_listener(ListenerArn=listener, DefaultActions=forward((blue, 90), (green, 10)))["Listeners"][0]
    action = got["DefaultActions"][0]
    equal(("TargetGroupArn" in action, [one["Weight"] for one in action["ForwardConfig"]["TargetGroups"]]),
          (False, [90, 10]), "weights")
    equal(c.describe_listeners(ListenerArns=[listener])["Listeners"][0]["DefaultActions"], [action], "kept")
    refused("ListenerNotFound", c.describe_listeners, ListenerArns=[listener + "0"])
    refused("ListenerNotFound", c.modify_listener, ListenerArn=listener + "0")
    other = c.create_load_balancer(Name="other", Subnets=["subnet-1"])["LoadBalancers"][0]["LoadBalancerArn"]
    refused("TargetGroupAssociationLimit", c.create_listener, LoadBalancerArn=other, Protocol="HTTP", Port=80,
            DefaultActions=forward((green, 1)))
    c.delete_load_balancer(LoadBalancerArn=other)
    c.delete_load_balancer(LoadBalancerArn=other)
    wire = c.create_target_group(Name="wire", Protocol="TCP", Port=9, VpcId="vpc-1")["TargetGroups"][0]["TargetGroupArn"]
    refused("IncompatibleProtocols", c.create_listener, LoadBalancerArn=at, Protocol="HTTP", Port=82,
            DefaultActions=forward((wire, 1)))
    refused("InvalidTarget", c.register_targets, TargetGroupArn=wire, Targets=[{"Id": "machine"}])

    rule = {"ListenerArn": listener, "Priority": 7, "Conditions": [{"Field": "path-pattern", "Values": ["/api/*"]}]}
    made = c.create_rule(**rule, Actions=forward((green, 1)))["Rules"][0]
    equal((made["Priority"], made["IsDefault"], made["Conditions"][0]["PathPatternConfig"]),
          ("7", False, {"Values": ["/api/*"]}), "rule")
    refused("PriorityInUse", c.create_rule, **rule, Actions=forward((green, 1)))
    refused("ListenerNotFound", c.create_rule, **{**rule, "ListenerArn": listener + "0"}, Actions=forward((green, 1)))
    rules = c.describe_rules(ListenerArn=listener)["Rules"]
    equal([(one["Priority"], one["IsDefault"]) for one in rules], [("7", False), ("default", True)], "rules")
    equal(rules[1]["Actions"], [action], "the default rule does what its listener does")
    refused("OperationNotPermitted", c.modify_rule, RuleArn=rules[1]["RuleArn"], Actions=forward((green, 1)))
    refused("OperationNotPermitted", c.delete_rule, RuleArn=rules[1]["RuleArn"])
    got = c.modify_rule(RuleArn=made["RuleArn"], Actions=forward((blue, 0), (green, 100)))["Rules"][0]
    equal(got["Conditions"], made["Conditions"], "conditions kept")
    equal(c.describe_rules(RuleArns=[made["RuleArn"]])["Rules"], [got], "the rule by its ARN")
    refused("RuleNotFound", c.describe_rules, RuleArns=[made["RuleArn"] + "0"])
    refused("RuleNotFound", c.modify_rule, RuleArn=made["RuleArn"] + "0")
    equal(c.describe_target_groups(LoadBalancerArn=at)["TargetGroups"][0]["LoadBalancerArns"], [at], "in use")
    refused("ResourceInUse", c.delete_target_group, TargetGroupArn=green)

    refused("ValidationError", c.register_targets, TargetGroupArn=blue, Targets=[{"Id": "machine"}])
    c.register_targets(TargetGroupArn=blue, Targets=[{"Id": "10.0.0.1"}, {"Id": "10.0.0.2", "Port": 81}])
    health = lambda **more: [(one["Target"]["Port"], one["TargetHealth"]["State"], one["TargetHealth"].get("Reason"))
                             for one in c.describe_target_health(TargetGroupArn=blue, **more)["TargetHealthDescriptions"]]
    equal({state for _, state, _ in health()} <= {"initial", "healthy"}, True, "registered")
    time.sleep(0.1)
    equal(health(), [(8080, "healthy", None), (81, "healthy", None)], "after a check")
    equal(health(Targets=[{"Id": "10.0.0.9"}]), [(8080, "unused", "Target.NotRegistered")], "not registered")
    c.get_waiter("target_in_service").wait(TargetGroupArn=blue, WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    c.deregister_targets(TargetGroupArn=blue, Targets=[{"Id": "10.0.0.1"}, {"Id": "10.0.0.9"}])
    equal(health()[0], (8080, "draining", "Target.DeregistrationInProgress"), "leaving")
    time.sleep(0.1)
    equal(health(), [(81, "healthy", None)], "left")

    attributes = c.modify_target_group_attributes(TargetGroupArn=blue, Attributes=[
        {"Key": "deregistration_delay.timeout_seconds", "Value": "5"}])["Attributes"]
    equal(c.describe_target_group_attributes(TargetGroupArn=blue)["Attributes"], attributes, "attributes")
    refused("ValidationError", c.modify_target_group_attributes, TargetGroupArn=blue, Attributes=[
        {"Key": "deregistration_delay.timeout_seconds", "Value": "3601"}])
    c.add_tags(ResourceArns=[at, blue], Tags=[{"Key": "more", "Value": "yes"}])
    c.remove_tags(ResourceArns=[at], TagKeys=["team"])
    equal([one["Tags"] for one in c.describe_tags(ResourceArns=[at, blue])["TagDescriptions"]],
          [[{"Key": "more", "Value": "yes"}]] * 2, "tags")
    refused("TargetGroupNotFound", c.describe_tags, ResourceArns=[blue + "0"])
    pages = list(c.get_paginator("describe_target_groups").paginate(PaginationConfig={"PageSize": 2}))
    equal([len(page["TargetGroups"]) for page in pages][0], 2, "a page")
    c.delete_rule(RuleArn=made["RuleArn"])
    c.delete_listener(ListenerArn=listener)
    refused("ListenerNotFound", c.delete_listener, ListenerArn=listener)
    for arn in (green, blue, wire):
        c.delete_target_group(TargetGroupArn=arn)
    c.delete_load_balancer(LoadBalancerArn=at)
