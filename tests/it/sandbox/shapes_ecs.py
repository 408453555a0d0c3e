"""Drives ECS with boto3, for check_shapes.py."""

import time

from shapes import client, equal, refused


def until(what, wanted):
    """Waits until `what` answers `wanted`."""
    for _ in range(100):
        got = what()
        if got == wanted:
            return
        time.sleep(0.1)
    equal(got, wanted, "after ten seconds")


def ecs(endpoint):
    c = client("ecs", endpoint)
    main = c.create_cluster(clusterName="shapes", tags=[{"key": "team", "value": "web"}])["cluster"]["clusterArn"]
    got = c.describe_clusters(clusters=["shapes", "none"], include=["TAGS"])
    equal((got["clusters"][0]["tags"][0]["value"], got["failures"][0]["reason"]), ("web", "MISSING"), "clusters")
    equal(main in c.list_clusters()["clusterArns"], True, "listed")

    container = {"name": "app", "image": "public.ecr.aws/acme/web:1", "memory": 128,
                 "portMappings": [{"containerPort": 80}],
                 "healthCheck": {"command": ["CMD-SHELL", "true"]}}
    register = lambda **more: c.register_task_definition(family="web", containerDefinitions=[{**container, **more}],
                                                         tags=[{"key": "schema", "value": "7"}])
    first = register()["taskDefinition"]["taskDefinitionArn"]
    register(image="public.ecr.aws/acme/web:2")
    got = c.describe_task_definition(taskDefinition="web", include=["TAGS"])
    equal((got["taskDefinition"]["revision"], got["tags"]), (2, [{"key": "schema", "value": "7"}]), "newest")
    equal("tags" in c.describe_task_definition(taskDefinition=first), False, "tags only when asked for")
    equal(c.describe_task_definition(taskDefinition="web:1")["taskDefinition"]["containerDefinitions"][0]["cpu"], 0, "cpu")
    refused("ClientException", c.describe_task_definition, taskDefinition="none")
    refused("ClientException", c.register_task_definition, family="web", containerDefinitions=[])
    page = c.list_task_definitions(familyPrefix="web", sort="DESC", maxResults=1)
    equal((page["taskDefinitionArns"][0][-5:], "nextToken" in page), ("web:2", True), "first page")
    page = c.list_task_definitions(familyPrefix="web", sort="DESC", maxResults=1, nextToken=page["nextToken"])
    equal((page["taskDefinitionArns"], "nextToken" in page), ([first], False), "last page")

    at = {"cluster": "shapes", "service": "web"}
    network = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}}
    c.create_service(cluster="shapes", serviceName="web", taskDefinition="web:1", desiredCount=1, launchType="FARGATE",
                     networkConfiguration=network, tags=[{"key": "team", "value": "web"}],
                     deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}})
    refused("InvalidParameterException", c.create_service, cluster="shapes", serviceName="web", taskDefinition="web:1",
            desiredCount=1)
    refused("ClusterNotFoundException", c.create_service, cluster="none", serviceName="web", taskDefinition="web:1",
            desiredCount=1)
    show = lambda: c.describe_services(cluster="shapes", services=["web"], include=["TAGS"])["services"][0]
    until(lambda: show()["deployments"][0]["rolloutState"], "COMPLETED")
    equal(show()["tags"], [{"key": "team", "value": "web"}], "service tags")
    refused("InvalidParameterException", c.describe_services, cluster="shapes", services=[f"s{n}" for n in range(11)])
    equal(len(c.list_services(cluster="shapes")["serviceArns"]), 1, "services")
    c.update_service(**at, taskDefinition="web:2")
    refused("ClientException", c.update_service, **at, taskDefinition="none:9")
    refused("ServiceNotFoundException", c.update_service, cluster="shapes", service="none", desiredCount=2)
    newest = lambda: c.list_service_deployments(**at)["serviceDeployments"][0]
    until(lambda: newest()["status"], "SUCCESSFUL")
    deployment = newest()["serviceDeploymentArn"]
    got = c.describe_service_deployments(serviceDeploymentArns=[deployment, deployment + "x"])
    equal(got["failures"][0]["reason"], "MISSING", "no such deployment")
    target = got["serviceDeployments"][0]["targetServiceRevision"]["arn"]
    revision = c.describe_service_revisions(serviceRevisionArns=[target])["serviceRevisions"][0]
    equal(revision["containerImages"][0]["imageDigest"][:7], "sha256:", "digest")
    refused("ConflictException", c.stop_service_deployment, serviceDeploymentArn=deployment, stopType="ROLLBACK")
    refused("ServiceDeploymentNotFoundException", c.stop_service_deployment, serviceDeploymentArn=deployment + "x")

    c.update_service(**at, taskDefinition="web:1", deploymentConfiguration={
        "strategy": "BLUE_GREEN", "bakeTimeInMinutes": 1, "lifecycleHooks": [
            {"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"],
             "timeoutConfiguration": {"timeoutInMinutes": 5, "action": "CONTINUE"}}]})
    look = lambda: c.describe_service_deployments(
        serviceDeploymentArns=[newest()["serviceDeploymentArn"]])["serviceDeployments"][0]
    hooks = lambda: look().get("lifecycleHookDetails", [])
    until(lambda: [hook["status"] for hook in hooks()], ["AWAITING_ACTION"])
    waits = {"serviceDeploymentArn": look()["serviceDeploymentArn"], "hookId": hooks()[0]["hookId"]}
    refused("InvalidParameterException", c.continue_service_deployment, **{**waits, "hookId": "none"})
    c.continue_service_deployment(**waits, action="CONTINUE")
    until(lambda: look()["lifecycleStage"], "BAKE_TIME")
    c.stop_service_deployment(serviceDeploymentArn=waits["serviceDeploymentArn"], stopType="ROLLBACK")
    until(lambda: look()["status"], "ROLLBACK_SUCCESSFUL")
    equal("rollback" in look(), True, "rollback")

    tasks = c.list_tasks(cluster="shapes", serviceName="web", desiredStatus="RUNNING")["taskArns"]
    got = c.describe_tasks(cluster="shapes", tasks=[*tasks, "none"], include=["TAGS"])
    equal((len(got["tasks"]), len(got["failures"])), (1, 1), "tasks")
    c.stop_task(cluster="shapes", task=tasks[0], reason="by hand")
    stopped = lambda: c.describe_tasks(cluster="shapes", tasks=tasks)["tasks"][0]
    until(lambda: stopped()["lastStatus"], "STOPPED")
    equal((stopped()["stopCode"], stopped()["stoppedReason"]), ("UserInitiated", "by hand"), "stopped")
    refused("InvalidParameterException", c.stop_task, cluster="shapes", task="none")
    ran = c.run_task(cluster="shapes", taskDefinition="web:1", count=2, startedBy="someone")["tasks"]
    equal(len(c.list_tasks(cluster="shapes", startedBy="someone")["taskArns"]), 2, "started by")
    refused("InvalidParameterException", c.run_task, cluster="shapes", taskDefinition="web:1", count=11)

    for arn in (main, show()["serviceArn"], first, ran[0]["taskArn"]):
        c.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}])
        equal({"key": "a", "value": "1"} in c.list_tags_for_resource(resourceArn=arn)["tags"], True, "tagged")
        c.untag_resource(resourceArn=arn, tagKeys=["a"])
        equal({"key": "a", "value": "1"} in c.list_tags_for_resource(resourceArn=arn)["tags"], False, "untagged")
    refused("InvalidParameterException", c.delete_service, **at)
    equal(c.delete_service(**at, force=True)["service"]["status"], "DRAINING", "draining")
    until(lambda: show()["status"], "INACTIVE")
    c.deregister_task_definition(taskDefinition="web:2")
    equal(len(c.delete_task_definitions(taskDefinitions=["web:1", "web:2"])["failures"]), 1, "one is active")
