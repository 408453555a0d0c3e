//! One scenario of ECR, CloudWatch Logs and alarms on the sandbox, ministack and moto: they differ where this file says so,
//! and nowhere else.

use super::DEV;
use crate::compared::{Accepted, compare};
use crate::emulator;

const SCRIPT: &str = "sandbox/compare_containers.py";

const DIGEST: &str = "PutImage lists ImageDigestDoesNotMatchException; the emulator takes any digest";
const LAYERS: &str = "PutImage lists LayersNotFoundException; the emulator does not look for layers";
const NO_JSON: &str = "a manifest is JSON; the emulator takes any text, or breaks on it";
const OTHER_LAYER: &str =
    "InvalidLayerException: \"does not match the digest specified\"; the emulator takes what it is told";
const STATUS: &str =
    "ImageDetail has imageStatus since images can be archived; the emulator does not know it";
const ARTIFACT: &str =
    "the media type of the configuration (ImageDetail's example); the emulator has none or another";
const SIZE: &str =
    "the bytes of layers and configuration; the emulator has those of the manifest or of a part";
const ASKED_TAG: &str = "the tag that was asked for; the emulator answers the last that was set";
const TRANSITIONED: &str = "MetricAlarm has StateTransitionedTimestamp; the emulator leaves it out";
const NO_METRIC: &str =
    "\"you must specify either MetricName or a Metrics array\"; the emulator takes neither";
const STORED: &str = "storedBytes of streams \"is always reported as zero\" (LogStream)";

/// What differs from ministack, and why the sandbox is as it is.
const MINISTACK: Accepted = &[
    ("alarm without a metric *", NO_METRIC),
    ("*.StateTransitionedTimestamp", TRANSITIONED),
    ("alarms changed .MetricAlarms.0.AlarmDescription", "assumed: what is not set is not answered"),
    ("alarms changed .MetricAlarms.0.TreatMissingData", "assumed: what is not set is not answered"),
    (
        "alarms changed .MetricAlarms.0.StateReasonData",
        "PutMetricAlarm: the state \"is left unchanged\", its reason too",
    ),
    ("set to nothing *", "a state outside its enum is a ValidationError; ministack takes it"),
    ("set without JSON *", "SetAlarmState lists InvalidFormat; ministack takes any text"),
    ("config part .lastByteReceived", "the last byte of the part; ministack does not count"),
    ("layer part .lastByteReceived", "the last byte of the part; ministack does not count"),
    ("part out of order *", "InvalidLayerPartException: \"not consecutive\"; ministack keeps no parts"),
    ("layer of another digest *", OTHER_LAYER),
    ("layers *", "the layer has been uploaded; ministack keeps none"),
    ("*.artifactMediaType", ARTIFACT),
    ("*.imageManifestMediaType", "the mediaType of the manifest; ministack takes that of Docker for granted"),
    ("*.imageSizeInBytes", SIZE),
    ("*.imageStatus", STATUS),
    ("described none *", "DescribeImages lists ImageNotFoundException; ministack answers no images"),
    ("fetched *.imageTag", ASKED_TAG),
    ("listed *", "one entry for each tag (ListImages); ministack has one for each image"),
    (
        "deleted by digest *",
        "\"completely delete an image (and all of its tags)\" by its digest; ministack's tags hold it",
    ),
    ("image again and again *", "PutImage lists ImageAlreadyExistsException; ministack answers the image"),
    ("image of another digest *", DIGEST),
    ("image that is none *", NO_JSON),
    ("image without layers *", LAYERS),
    ("put out of order *", "\"must be in chronological order\" (PutLogEvents); ministack takes any"),
    ("put too old *", "\"more than 14 days in the past\" is rejected (PutLogEvents); ministack takes it"),
    ("streams .logStreams.0.storedBytes", STORED),
    (
        "streams by time and prefix *",
        "\"If orderBy is LastEventTime, you cannot specify\" a prefix; ministack takes both",
    ),
];

/// What differs from moto, and why the sandbox is as it is.
const MOTO: Accepted = &[
    ("alarm without a metric *", NO_METRIC),
    ("*.StateTransitionedTimestamp", TRANSITIONED),
    ("*.MetricAlarms.0.Metrics", "an alarm of one metric has no list of metrics"),
    ("alarms .MetricAlarms.0.StateReasonData", "nothing has set a reason with data yet"),
    (
        "alarms .MetricAlarms.0.StateValue",
        "\"the alarm state is immediately set to INSUFFICIENT_DATA\" (PutMetricAlarm)",
    ),
    (
        "alarms changed .MetricAlarms.0.State*",
        "PutMetricAlarm: \"its state is left unchanged\"; moto makes a new alarm",
    ),
    ("by time *", "\"equal to or later than this time are not included\" (endTime of GetLogEvents)"),
    ("*.artifactMediaType", ARTIFACT),
    ("*.imageSizeInBytes", SIZE),
    ("*.imageStatus", STATUS),
    ("fetched *.imageTag", ASKED_TAG),
    ("filtered .searchedLogStreams*", "\"no longer supported\" (FilterLogEvents)"),
    ("filtered without .searchedLogStreams*", "\"no longer supported\" (FilterLogEvents)"),
    ("filtered without .events*", "the guide's patterns exclude with a dash; moto looks for the text"),
    (
        "groups .logGroups.0.logGroupClass",
        "LogGroup has a class; STANDARD if none was asked for (CreateLogGroup)",
    ),
    (
        "image again .image.imageId.imageDigest",
        "the digest of the manifest; moto's has its keys in another order",
    ),
    ("image of another digest *", DIGEST),
    ("image that is none *", NO_JSON),
    ("image without layers *", LAYERS),
    ("layer fetched *", "moto has no GetDownloadUrlForLayer"),
    ("layer of another digest *", OTHER_LAYER),
    ("layers *", "not settled: a switch (ecr_missing_layer_is_failure); a media type as the manifest has it"),
    (
        "put too old .rejectedLogEventsInfo.tooOldLogEventEndIndex",
        "\"This field is exclusive\" (RejectedLogEventsInfo)",
    ),
    ("streams .logStreams.0.storedBytes", STORED),
];

#[test]
fn containers_are_as_ministack_has_them_but_for_what_is_listed() {
    let Some(theirs) = emulator::ministack("ECR, Logs and alarms compared") else { return };
    compare(SCRIPT, DEV, ("ministack", &theirs), 400, MINISTACK);
}

#[test]
fn containers_are_as_moto_has_them_but_for_what_is_listed() {
    let Some(theirs) = emulator::moto("ECR, Logs and alarms compared") else { return };
    compare(SCRIPT, DEV, ("moto", &theirs), 400, MOTO);
}
