//! The members of a service, of its task definition and of a container: what each is.
//!
//! Source: botocore's `ecs/2014-11-13` model: `Service`, `TaskDefinition`, `ContainerDefinition`, `Volume`, and the requests
//! that make and change them.

use serde_json::{Value, json};

use crate::core::fields::{Class, FieldRule, field};

/// The member that holds the task definition.
pub const DEFINITION: &str = "TaskDefinition";
/// The member of that, which holds the containers by name.
pub const CONTAINERS: &str = "containerDefinitions";

/// Members of a service.
pub const SERVICE: &[FieldRule] = &[
    field("availabilityZoneRebalancing", Class::Literal),
    field("capacityProviderStrategy", Class::Local),
    field("clusterArn", Class::Identity),
    field("createdAt", Class::Volatile),
    field("createdBy", Class::Volatile),
    field("currentServiceDeployment", Class::Volatile),
    field("currentServiceRevisions", Class::Volatile),
    field("deploymentConfiguration", Class::Literal),
    field("deploymentConfiguration.alarms", Class::Local),
    field("deploymentConfiguration.lifecycleHooks", Class::Local),
    field("deploymentController", Class::Literal),
    field("deployments", Class::Volatile),
    // What is asked of a service by the minute, by its scaling or by hand.
    field("desiredCount", Class::Volatile),
    field("enableECSManagedTags", Class::Literal),
    field("enableExecuteCommand", Class::Literal),
    field("events", Class::Volatile),
    field("healthCheckGracePeriodSeconds", Class::Literal),
    field("launchType", Class::Literal),
    field("loadBalancers", Class::Local),
    field("networkConfiguration", Class::Local),
    field("pendingCount", Class::Volatile),
    field("placementConstraints", Class::Portable),
    field("placementStrategy", Class::Portable),
    field("platformFamily", Class::Volatile),
    field("platformVersion", Class::Literal),
    field("propagateTags", Class::Literal),
    field("roleArn", Class::Volatile),
    field("runningCount", Class::Volatile),
    field("schedulingStrategy", Class::Literal),
    field("serviceArn", Class::Identity),
    field("serviceConnectConfiguration", Class::Local),
    field("serviceName", Class::Identity),
    field("serviceRegistries", Class::Local),
    field("status", Class::Volatile),
    field("tags", Class::Tags),
    field("taskDefinition", Class::Volatile),
    field("taskSets", Class::Volatile),
    field("volumeConfigurations", Class::Local),
    field("vpcLatticeConfigurations", Class::Local),
];

/// Members of a task definition, but for its containers and volumes.
pub const TASK: &[FieldRule] = &[
    field("cpu", Class::Literal),
    field("enableFaultInjection", Class::Literal),
    field("ephemeralStorage", Class::Literal),
    field("executionRoleArn", Class::Local),
    field("inferenceAccelerators", Class::Literal),
    field("ipcMode", Class::Literal),
    field("memory", Class::Literal),
    field("networkMode", Class::Literal),
    field("pidMode", Class::Literal),
    field("placementConstraints", Class::Portable),
    field("proxyConfiguration", Class::Portable),
    field("requiresCompatibilities", Class::Literal),
    field("runtimePlatform", Class::Literal),
    field("tags", Class::Tags),
    field("taskRoleArn", Class::Local),
];

/// Members of a task definition that say which it is, or that AWS works out.
///
/// Source: deploy-peers 4.3: what has to be taken out before one is registered anew.
pub const DERIVED: [&str; 10] = [
    "compatibilities",
    "deleteRequestedAt",
    "deregisteredAt",
    "family",
    "registeredAt",
    "registeredBy",
    "requiresAttributes",
    "revision",
    "status",
    "taskDefinitionArn",
];

/// Members of a container, but for its image and the secrets that AWS puts into its environment.
pub const CONTAINER: &[FieldRule] = &[
    field("command", Class::Portable),
    field("cpu", Class::Literal),
    field("credentialSpecs", Class::Local),
    field("dependsOn", Class::Literal),
    field("disableNetworking", Class::Literal),
    field("dnsSearchDomains", Class::Portable),
    field("dnsServers", Class::Literal),
    field("dockerLabels", Class::Portable),
    field("dockerSecurityOptions", Class::Literal),
    field("entryPoint", Class::Portable),
    field("environment", Class::Secret),
    field("environmentFiles", Class::Portable),
    field("essential", Class::Literal),
    field("extraHosts", Class::Portable),
    field("firelensConfiguration", Class::Portable),
    field("healthCheck", Class::Portable),
    field("hostname", Class::Literal),
    field("interactive", Class::Literal),
    field("links", Class::Literal),
    field("linuxParameters", Class::Literal),
    field("logConfiguration", Class::Portable),
    // Names that an environment gives its own logs.
    field("logConfiguration.options.awslogs-group", Class::Local),
    field("logConfiguration.options.awslogs-region", Class::Local),
    field("logConfiguration.options.splunk-token", Class::Secret),
    field("memory", Class::Literal),
    field("memoryReservation", Class::Literal),
    field("mountPoints", Class::Literal),
    field("portMappings", Class::Literal),
    field("privileged", Class::Literal),
    field("pseudoTerminal", Class::Literal),
    field("readonlyRootFilesystem", Class::Literal),
    field("repositoryCredentials", Class::Local),
    field("resourceRequirements", Class::Literal),
    field("restartPolicy", Class::Literal),
    field("startTimeout", Class::Literal),
    field("stopTimeout", Class::Literal),
    field("systemControls", Class::Literal),
    field("ulimits", Class::Literal),
    field("user", Class::Literal),
    field("versionConsistency", Class::Literal),
    field("volumesFrom", Class::Literal),
    field("workingDirectory", Class::Literal),
];

/// Members of a volume. Which file system it is belongs to the environment.
pub const VOLUME: &[FieldRule] = &[
    field("configuredAtLaunch", Class::Literal),
    field("dockerVolumeConfiguration", Class::Portable),
    field("efsVolumeConfiguration", Class::Literal),
    field("efsVolumeConfiguration.authorizationConfig.accessPointId", Class::Local),
    field("efsVolumeConfiguration.fileSystemId", Class::Local),
    field("fsxWindowsFileServerVolumeConfiguration", Class::Literal),
    field("fsxWindowsFileServerVolumeConfiguration.authorizationConfig", Class::Local),
    field("fsxWindowsFileServerVolumeConfiguration.fileSystemId", Class::Local),
    field("host", Class::Literal),
    field("s3filesVolumeConfiguration", Class::Local),
];

/// The members that `UpdateService` sets besides the task definition; what it is not given it leaves.
pub const UPDATED: [&str; 17] = [
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "deploymentController",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "loadBalancers",
    "networkConfiguration",
    "placementConstraints",
    "placementStrategy",
    "platformVersion",
    "propagateTags",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];

/// Those of them whose change is a new deployment.
///
/// Source: deploy-peers 4.2, after the API reference ("This parameter triggers a new service deployment"); a change of the
/// capacity providers has to be forced.
pub const DEPLOYING: [&str; 9] = [
    "capacityProviderStrategy",
    "deploymentController",
    "loadBalancers",
    "networkConfiguration",
    "platformVersion",
    "serviceConnectConfiguration",
    "serviceRegistries",
    "volumeConfigurations",
    "vpcLatticeConfigurations",
];

/// Those that a service can be given whatever deploys it.
///
/// Source: deploy-peers 4.4, after "UpdateService" of the API reference.
pub const ALWAYS: [&str; 6] = [
    "deploymentConfiguration",
    "enableECSManagedTags",
    "healthCheckGracePeriodSeconds",
    "placementConstraints",
    "placementStrategy",
    "propagateTags",
];

/// Those that a deployment of CodeDeploy sets, with the task definition.
///
/// Source: deploy-peers 4.4: what an AppSpec of a service has.
pub const OF_APPSPEC: [&str; 4] =
    ["capacityProviderStrategy", "loadBalancers", "networkConfiguration", "platformVersion"];

/// Members that can't be changed once a service is there.
///
/// Source: botocore's `ecs` model: `UpdateServiceRequest` has none of them.
pub const FIXED: [&str; 2] = ["launchType", "schedulingStrategy"];

/// Returns what takes `name` away, or its default.
///
/// Source: "UpdateService" of the API reference: an empty list removes; what is null stays as it is.
pub fn blank(name: &str) -> Value {
    match name {
        "availabilityZoneRebalancing" => json!("DISABLED"),
        "deploymentController" => json!({ "type": "ECS" }),
        "enableECSManagedTags" | "enableExecuteCommand" => json!(false),
        "healthCheckGracePeriodSeconds" => json!(0),
        "networkConfiguration" | "deploymentConfiguration" => json!({}),
        "platformVersion" => json!("LATEST"),
        "propagateTags" => json!("NONE"),
        "serviceConnectConfiguration" => json!({ "enabled": false }),
        _ => json!([]),
    }
}

/// Returns what takes the member `name` of a deployment configuration away: its default.
///
/// Source: `DeploymentConfiguration` of the API reference.
pub fn configuration_blank(name: &str) -> Option<Value> {
    Some(match name {
        "alarms" => json!({ "alarmNames": [], "enable": false, "rollback": false }),
        "bakeTimeInMinutes" => json!(0),
        "deploymentCircuitBreaker" => json!({ "enable": false, "rollback": false }),
        "lifecycleHooks" => json!([]),
        "maximumPercent" => json!(200),
        "minimumHealthyPercent" => json!(100),
        "strategy" => json!("ROLLING"),
        _ => return None,
    })
}
