"""Drives CodeDeploy with boto3, for check_shapes.py."""

import hashlib
import json
import time

import boto3

from shapes import client, equal, refused


def service(endpoint):
    """A load balancer with two target groups, and a service under CODE_DEPLOY behind the first."""
    key = {"endpoint_url": endpoint, "region_name": "us-east-1", "aws_access_key_id": "1" * 12, "aws_secret_access_key": "x"}
    elb, ecs = boto3.client("elbv2", **key), boto3.client("ecs", **key)
    at = elb.create_load_balancer(Name="shipped", Subnets=["subnet-1"])["LoadBalancers"][0]["LoadBalancerArn"]
    groups = [elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId="vpc-1", TargetType="ip")["TargetGroups"][0][
        "TargetGroupArn"] for name in ("shipped-blue", "shipped-green")]
    listener = elb.create_listener(LoadBalancerArn=at, Protocol="HTTP", Port=80, DefaultActions=[
        {"Type": "forward", "TargetGroupArn": groups[0]}])["Listeners"][0]["ListenerArn"]
    ecs.create_cluster(clusterName="shipped")
    ecs.register_task_definition(family="shipped", networkMode="awsvpc", cpu="256", memory="512",
                                 requiresCompatibilities=["FARGATE"], containerDefinitions=[
                                     {"name": "app", "image": "acme/app:1", "portMappings": [{"containerPort": 80}]}])
    ecs.create_service(cluster="shipped", serviceName="api", taskDefinition="shipped:1", desiredCount=1, launchType="FARGATE",
                       deploymentController={"type": "CODE_DEPLOY"},
                       networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
                       loadBalancers=[{"targetGroupArn": groups[0], "containerName": "app", "containerPort": 80}])
    return listener


def codedeploy(endpoint):
    listener = service(endpoint)
    c = client("codedeploy", endpoint)
    refused("ApplicationDoesNotExistException", c.list_deployment_groups, applicationName="shapes")
    c.create_application(applicationName="shapes", computePlatform="ECS", tags=[{"Key": "team", "Value": "voice"}])
    refused("ApplicationAlreadyExistsException", c.create_application, applicationName="shapes", computePlatform="ECS")
    equal("shapes" in c.list_applications()["applications"], True, "applications")
    equal(c.get_application(applicationName="shapes")["application"]["computePlatform"], "ECS", "platform")
    at = {"applicationName": "shapes", "deploymentGroupName": "group"}
    group = {
        **at, "serviceRoleArn": "arn:aws:iam::111111111111:role/deploy",
        "deploymentStyle": {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
        "blueGreenDeploymentConfiguration": {
            "terminateBlueInstancesOnDeploymentSuccess": {"action": "TERMINATE", "terminationWaitTimeInMinutes": 60},
            "deploymentReadyOption": {"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60}},
        "ecsServices": [{"clusterName": "shipped", "serviceName": "api"}],
        "loadBalancerInfo": {"targetGroupPairInfoList": [{
            "targetGroups": [{"name": "shipped-blue"}, {"name": "shipped-green"}],
            "prodTrafficRoute": {"listenerArns": [listener]}}]},
    }
    for member, code in [
        ("deploymentStyle", "InvalidDeploymentStyleException"), ("ecsServices", "InvalidECSServiceException"),
        ("loadBalancerInfo", "InvalidLoadBalancerInfoException"),
        ("blueGreenDeploymentConfiguration", "InvalidBlueGreenDeploymentConfigurationException"),
    ]:
        refused(code, c.create_deployment_group, **{name: value for name, value in group.items() if name != member})
    c.create_deployment_group(**group)
    refused("DeploymentGroupAlreadyExistsException", c.create_deployment_group, **group)
    refused("ECSServiceMappingLimitExceededException", c.create_deployment_group, **{**group, "deploymentGroupName": "other"})
    eleven = [{"name": f"alarm-{n}"} for n in range(11)]
    update = {"applicationName": "shapes", "currentDeploymentGroupName": "group"}
    refused("AlarmsLimitExceededException", c.update_deployment_group, **update, alarmConfiguration={"enabled": True, "alarms": eleven})
    c.update_deployment_group(**update, autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_STOP_ON_REQUEST"]},
                              alarmConfiguration={"enabled": True, "alarms": eleven[:1]})
    got = c.get_deployment_group(**at)["deploymentGroupInfo"]
    equal((got["ecsServices"], got["deploymentConfigName"]), (group["ecsServices"], "CodeDeployDefault.ECSAllAtOnce"), "group")
    refused("DeploymentGroupDoesNotExistException", c.get_deployment_group, applicationName="shapes", deploymentGroupName="none")
    got = c.batch_get_deployment_groups(applicationName="shapes", deploymentGroupNames=["group", "none"])
    equal(("none" in got["errorMessage"], len(got["deploymentGroupsInfo"])), (True, 1), "a group that is not there")
    equal(c.list_deployment_groups(applicationName="shapes")["deploymentGroups"], ["group"], "groups")
    config = lambda name: c.get_deployment_config(deploymentConfigName=name)["deploymentConfigInfo"]["trafficRoutingConfig"]
    equal(config("CodeDeployDefault.ECSCanary10Percent5Minutes")["timeBasedCanary"],
          {"canaryPercentage": 10, "canaryInterval": 5}, "canary")
    equal(config("CodeDeployDefault.ECSLinear10PercentEvery3Minutes")["timeBasedLinear"],
          {"linearPercentage": 10, "linearInterval": 3}, "linear")
    refused("DeploymentConfigDoesNotExistException", c.get_deployment_config, deploymentConfigName="none")
    half = {"type": "TimeBasedLinear", "timeBasedLinear": {"linearPercentage": 50, "linearInterval": 1}}
    c.create_deployment_config(deploymentConfigName="Halves", computePlatform="ECS", trafficRoutingConfig=half)
    equal(config("Halves"), half, "own configuration")
    equal("Halves" in c.list_deployment_configs()["deploymentConfigsList"], True, "configurations")

    content = json.dumps({"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {
        "TaskDefinition": "shipped:1", "LoadBalancerInfo": {"ContainerName": "app", "ContainerPort": 80}}}}]})
    revision = {"revisionType": "AppSpecContent", "appSpecContent": {
        "content": content, "sha256": hashlib.sha256(content.encode()).hexdigest()}}
    one = {"deploymentId": c.create_deployment(**at, revision=revision, description="first")["deploymentId"]}
    refused("DeploymentLimitExceededException", c.create_deployment, **at, revision=revision)
    refused("DeploymentNotStartedException", c.list_deployment_targets, **one)
    for _ in range(200):
        status = c.get_deployment(**one)["deploymentInfo"]["status"]
        if status not in ("Created", "InProgress"):
            break
        time.sleep(0.05)
    equal(status, "Ready", "waits to be continued")
    refused("InvalidDeploymentStatusException", c.continue_deployment, **one, deploymentWaitType="TERMINATION_WAIT")
    ids = c.list_deployment_targets(**one)["targetIds"]
    target = c.get_deployment_target(**one, targetId=ids[0])["deploymentTarget"]["ecsTarget"]
    equal([(known["taskSetLabel"], known["trafficWeight"]) for known in target["taskSetsInfo"]],
          [("Blue", 100.0), ("Green", 0.0)], "task sets")
    equal(len(c.batch_get_deployment_targets(**one, targetIds=ids)["deploymentTargets"]), 1, "targets")
    refused("DeploymentTargetDoesNotExistException", c.get_deployment_target, **one, targetId="none")
    refused("InvalidLifecycleEventHookExecutionIdException", c.put_lifecycle_event_hook_execution_status, **one,
            lifecycleEventHookExecutionId="none", status="Succeeded")
    c.continue_deployment(**one, deploymentWaitType="READY_WAIT")
    equal(c.stop_deployment(**one)["status"], "Pending", "stopping")
    for _ in range(200):
        info = c.get_deployment(**one)["deploymentInfo"]
        if info.get("rollbackInfo", {}).get("rollbackDeploymentId"):
            break
        time.sleep(0.05)
    equal((info["status"], info["errorInformation"]["code"]), ("Stopped", "MANUAL_STOP"), "stopped")
    back = info["rollbackInfo"]["rollbackDeploymentId"]
    both = c.batch_get_deployments(deploymentIds=[one["deploymentId"], back, "d-NOTTHERE1"])["deploymentsInfo"]
    equal([known["creator"] for known in both], ["user", "codeDeployRollback"], "creators")
    refused("DeploymentAlreadyCompletedException", c.stop_deployment, **one)
    equal(c.list_deployments(**at, includeOnlyStatuses=["Stopped"])["deployments"], [one["deploymentId"]], "list")
    refused("DeploymentDoesNotExistException", c.get_deployment, deploymentId="d-NOTTHERE1")
    c.delete_deployment_group(**at)
    c.delete_application(applicationName="shapes")
