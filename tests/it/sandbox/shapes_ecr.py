"""Drives ECR with boto3, for check_shapes.py: images are pushed and copied between accounts as they are by hand."""

import hashlib
import json
import urllib.request

from shapes import client, equal, problems, refused

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def upload(c, at, data):
    opened = c.initiate_layer_upload(**at)
    one = {**at, "uploadId": opened["uploadId"]}
    c.upload_layer_part(**one, partFirstByte=0, partLastByte=len(data) - 1, layerPartBlob=data)
    c.complete_layer_upload(**one, layerDigests=[sha(data)])
    return sha(data)


def manifest(config, layer):
    part = lambda kind, data: {"mediaType": f"application/vnd.oci.image.{kind}", "digest": sha(data), "size": len(data)}
    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": part("config.v1+json", config),
                       "layers": [part("layer.v1.tar", layer)]}, indent=1)


def ecr(endpoint):
    c = client("ecr", endpoint)
    made = c.create_repository(repositoryName="team/api", imageScanningConfiguration={"scanOnPush": True})["repository"]
    equal(made["repositoryUri"], "111111111111.dkr.ecr.us-east-1.amazonaws.com/team/api", "URI")
    refused("RepositoryAlreadyExistsException", c.create_repository, repositoryName="team/api")
    refused("InvalidParameterException", c.create_repository, repositoryName="Team")
    refused("InvalidParameterException", c.create_repository, repositoryName="fixed", imageTagMutability="IMMUTABLE_WITH_EXCLUSION")
    c.create_repository(repositoryName="fixed", imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
                        imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "dev-*"}])
    names = [one["repositoryName"] for page in c.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 2})
             for one in page["repositories"]]
    equal(names, ["fixed", "seeded", "shared", "team/api"], "repositories")
    equal([one["repositoryName"] for one in c.describe_repositories(repositoryNames=["fixed"])["repositories"]], ["fixed"], "one")
    refused("RepositoryNotFoundException", c.describe_repositories, repositoryNames=["none"])
    at = {"repositoryName": "team/api"}
    layers(c, at)
    images(c, at)
    indexes(c, at)
    immutable(c, {"repositoryName": "fixed"})
    archive(c)
    accounts(endpoint, c)
    refused("RepositoryNotEmptyException", c.delete_repository, **at)
    c.delete_repository(**at, force=True)
    refused("RepositoryNotFoundException", c.list_images, **at)


def layers(c, at):
    layer = b"layer" * 100
    opened = {**at, "uploadId": c.initiate_layer_upload(**at)["uploadId"]}
    refused("EmptyUploadException", c.complete_layer_upload, **opened, layerDigests=[sha(layer)])
    part = lambda first, last, data: c.upload_layer_part(**opened, partFirstByte=first, partLastByte=last, layerPartBlob=data)
    refused("InvalidLayerPartException", part, first=10, last=19, data=layer[:10])
    refused("InvalidLayerPartException", part, first=0, last=10, data=layer[:10])
    equal(part(0, 9, layer[:10])["lastByteReceived"], 9, "first part")
    error = refused("InvalidLayerPartException", part, first=0, last=9, data=layer[:10])
    equal(error.get("lastValidByteReceived"), 9, "last valid byte")
    part(10, 499, layer[10:])
    refused("LayerPartTooSmallException", c.complete_layer_upload, **opened, layerDigests=[sha(layer)])
    refused("UploadNotFoundException", c.complete_layer_upload, **{**opened, "uploadId": "00000000-0000-4000-8000-000000000000"},
            layerDigests=[sha(layer)])
    big = bytes(6 * 1024 * 1024)
    opened = {**at, "uploadId": c.initiate_layer_upload(**at)["uploadId"]}
    part(0, len(big) - 1, big)
    part(len(big), len(big) + 499, layer)
    refused("InvalidLayerException", c.complete_layer_upload, **opened, layerDigests=[sha(layer)])
    done = c.complete_layer_upload(**opened, layerDigests=[sha(big + layer)])
    equal(done["layerDigest"], sha(big + layer), "two parts")
    refused("UploadNotFoundException", c.complete_layer_upload, **opened, layerDigests=[sha(big + layer)])
    upload(c, at, layer)
    refused("LayerAlreadyExistsException", upload, c=c, at=at, data=layer)
    got = c.batch_check_layer_availability(**at, layerDigests=[sha(layer), sha(b"none"), "none"])
    equal([one["layerAvailability"] for one in got["layers"]], ["AVAILABLE", "UNAVAILABLE"], "availability")
    equal([one["failureCode"] for one in got["failures"]], ["InvalidLayerDigest"], "no digest")
    refused("LayerInaccessibleException", c.get_download_url_for_layer, **at, layerDigest=sha(layer))
    refused("LayersNotFoundException", c.get_download_url_for_layer, **at, layerDigest=sha(b"none"))


def images(c, at):
    config, layer = b'{"architecture": "arm64", "os": "linux"}', b"layer" * 100
    text = manifest(config, layer)
    refused("LayersNotFoundException", c.put_image, **at, imageManifest=text)
    upload(c, at, config)
    refused("ImageDigestDoesNotMatchException", c.put_image, **at, imageManifest=text, imageDigest=sha(b"other"))
    refused("InvalidParameterException", c.put_image, **at, imageManifest="no JSON")
    refused("InvalidParameterException", c.put_image, **at, imageManifest='{"schemaVersion": 2}')
    refused("InvalidParameterException", c.put_image, **at, imageManifest=text, imageManifestMediaType=INDEX)
    put = c.put_image(**at, imageManifest=text, imageTag="v1", imageDigest=sha(text.encode()))["image"]
    equal((put["imageManifest"], put["imageId"]), (text, {"imageDigest": sha(text.encode()), "imageTag": "v1"}), "put")
    refused("ImageAlreadyExistsException", c.put_image, **at, imageManifest=text, imageTag="v1")
    refused("ImageAlreadyExistsException", c.put_image, **at, imageManifest=text)
    c.put_image(**at, imageManifest=text, imageTag="latest")
    ids = [{"imageTag": "v1"}, {"imageDigest": sha(text.encode())}, {"imageTag": "none"}, {"imageDigest": "sha256:0"},
           {"imageDigest": sha(b"other"), "imageTag": "v1"}, {}]
    got = c.batch_get_image(**at, imageIds=ids, acceptedMediaTypes=[MANIFEST])
    equal([one["imageManifest"] for one in got["images"]], [text, text], "byte for byte")
    equal([one["failureCode"] for one in got["failures"]],
          ["ImageNotFound", "InvalidImageDigest", "ImageTagDoesNotMatchDigest", "MissingDigestAndTag"], "failures")
    got = c.batch_get_image(**at, imageIds=ids[:1], acceptedMediaTypes=[INDEX])
    equal([one["failureCode"] for one in got["failures"]], ["ImageNotFound"], "a type that is not accepted")
    detail = c.describe_images(**at, imageIds=ids[:1])["imageDetails"][0]
    equal((detail["imageTags"], detail["imageSizeInBytes"], detail["imageManifestMediaType"], detail["imageStatus"]),
          (["latest", "v1"], len(config) + len(layer), MANIFEST, "ACTIVE"), "detail")
    refused("ImageNotFoundException", c.describe_images, **at, imageIds=[{"imageTag": "none"}])
    refused("InvalidParameterException", c.describe_images, **at, imageIds=ids[:1], maxResults=1)
    equal(c.list_images(**at)["imageIds"], [{"imageDigest": sha(text.encode()), "imageTag": tag} for tag in ("latest", "v1")], "list")
    url = c.get_download_url_for_layer(**at, layerDigest=sha(layer))["downloadUrl"]
    equal(urllib.request.urlopen(url).read(), layer, "downloaded")
    gone = c.batch_delete_image(**at, imageIds=[{"imageTag": "latest"}, {"imageTag": "none"}])
    equal((gone["imageIds"], [one["failureCode"] for one in gone["failures"]]),
          ([{"imageDigest": sha(text.encode()), "imageTag": "latest"}], ["ImageNotFound"]), "untagged")
    equal(len(c.describe_images(**at)["imageDetails"]), 1, "one tag is left")


def indexes(c, at):
    config, layer = b'{"architecture": "amd64", "os": "linux"}', b"layer" * 100
    text = manifest(config, layer)
    entry = {"mediaType": MANIFEST, "digest": sha(text.encode()), "size": len(text),
             "platform": {"architecture": "amd64", "os": "linux"}}
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]})
    refused("ReferencedImagesNotFoundException", c.put_image, **at, imageManifest=index, imageTag="multi")
    upload(c, at, config)
    c.put_image(**at, imageManifest=text)
    c.put_image(**at, imageManifest=index, imageTag="multi")
    child = {"imageDigest": sha(text.encode())}
    equal(c.list_images(**at, filter={"tagStatus": "UNTAGGED"})["imageIds"], [child], "untagged")
    gone = c.batch_delete_image(**at, imageIds=[child])
    equal([one["failureCode"] for one in gone["failures"]], ["ImageReferencedByManifestList"], "child of an index")
    detail = c.describe_images(**at, imageIds=[{"imageTag": "multi"}])["imageDetails"][0]
    equal(detail["imageSizeInBytes"], len(config) + len(layer), "the largest of its manifests")
    pages = c.get_paginator("describe_images").paginate(**at, PaginationConfig={"PageSize": 2})
    equal(sum(len(page["imageDetails"]) for page in pages), 3, "pages of images")
    refused("InvalidParameterException", c.describe_images, **at, nextToken="nonsense")


def immutable(c, at):
    texts = []
    for config in (b"{}", b"{ }"):
        layer = b"layer" * 100 + config
        for data in (config, layer):
            upload(c, at, data)
        texts.append(manifest(config, layer))
    for tag in ("v1", "dev-1"):
        c.put_image(**at, imageManifest=texts[0], imageTag=tag)
    refused("ImageTagAlreadyExistsException", c.put_image, **at, imageManifest=texts[1], imageTag="v1")
    refused("ImageAlreadyExistsException", c.put_image, **at, imageManifest=texts[0], imageTag="v1")
    c.put_image(**at, imageManifest=texts[1], imageTag="dev-1")
    equal(c.describe_images(**at, imageIds=[{"imageTag": "dev-1"}])["imageDetails"][0]["imageDigest"], sha(texts[1].encode()), "moved")


def archive(c):
    at = {"repositoryName": "seeded"}
    one = {**at, "imageId": {"imageTag": "v1"}}
    refused("ImageStorageClassUpdateNotSupportedException", c.update_image_storage_class, **one, targetStorageClass="STANDARD")
    refused("ImageNotFoundException", c.update_image_storage_class, **at, imageId={"imageTag": "none"}, targetStorageClass="ARCHIVE")
    equal(c.update_image_storage_class(**one, targetStorageClass="ARCHIVE")["imageStatus"], "ARCHIVED", "archived")
    refused("ImageNotFoundException", c.describe_images, **at, imageIds=[{"imageTag": "v1"}])
    equal(c.list_images(**at)["imageIds"], [], "only what is active")
    for status in ("ARCHIVED", "ANY"):
        got = c.describe_images(**at, imageIds=[{"imageTag": "v1"}], filter={"imageStatus": status})["imageDetails"]
        equal([one["imageStatus"] for one in got], ["ARCHIVED"], f"with the filter {status}")
    got = c.batch_get_image(**at, imageIds=[{"imageTag": "v1"}])
    equal([one["failureCode"] for one in got["failures"]], ["ImageNotFound"], "an archived image cannot be pulled")
    equal(c.update_image_storage_class(**one, targetStorageClass="STANDARD")["imageStatus"], "ACTIVATING", "on its way")
    equal(len(c.list_images(**at, filter={"imageStatus": "ACTIVATING"})["imageIds"]), 1, "activating")


def accounts(endpoint, c):
    other = client("ecr", endpoint, "222222222222")
    shared = {"registryId": "111111111111", "repositoryName": "shared"}
    refused("AccessDeniedException", other.batch_get_image, **shared, imageIds=[{"imageTag": "v1"}])
    refused("RepositoryNotFoundException", other.batch_get_image, registryId="111111111111", repositoryName="none", imageIds=[{"imageTag": "v1"}])
    refused("RepositoryNotFoundException", other.batch_get_image, registryId="999999999999", repositoryName="shared", imageIds=[{"imageTag": "v1"}])
    refused("RepositoryPolicyNotFoundException", c.get_repository_policy, repositoryName="shared")
    allow = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
             "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    refused("InvalidParameterException", c.set_repository_policy, repositoryName="shared", policyText="{}")
    c.set_repository_policy(repositoryName="shared", policyText=policy)
    equal(c.get_repository_policy(repositoryName="shared")["policyText"], policy, "policy")
    got = other.batch_get_image(**shared, imageIds=[{"imageTag": "v1"}])["images"][0]
    refused("AccessDeniedException", other.describe_images, **shared)
    other.create_repository(repositoryName="copied")
    at = {"repositoryName": "copied"}
    inner = json.loads(got["imageManifest"])
    for child in inner.get("manifests", []):
        one = other.batch_get_image(**shared, imageIds=[{"imageDigest": child["digest"]}])["images"][0]
        parts = json.loads(one["imageManifest"])
        for part in [parts["config"], *parts["layers"]]:
            url = other.get_download_url_for_layer(**shared, layerDigest=part["digest"])["downloadUrl"]
            data = urllib.request.urlopen(url).read()
            equal((sha(data), len(data)), (part["digest"], part["size"]), "a blob of a seed")
            if other.batch_check_layer_availability(**at, layerDigests=[part["digest"]])["layers"][0]["layerAvailability"] != "AVAILABLE":
                upload(other, at, data)
        equal(other.put_image(**at, imageManifest=one["imageManifest"])["image"]["imageId"]["imageDigest"], child["digest"], "child")
    copied = other.put_image(**at, imageManifest=got["imageManifest"], imageTag="v1")["image"]["imageId"]["imageDigest"]
    equal(copied, got["imageId"]["imageDigest"], "the copy is the same image")
    if len(inner.get("manifests", [])) != 2:
        problems.append("the shared image has not two platforms")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "ecr:BatchGetImage"}
    c.set_repository_policy(repositoryName="shared", policyText=json.dumps({"Statement": [allow, deny]}))
    refused("AccessDeniedException", other.batch_get_image, **shared, imageIds=[{"imageTag": "v1"}])
    refused("AccessDeniedException", c.batch_get_image, repositoryName="shared", imageIds=[{"imageTag": "v1"}])
    c.delete_repository_policy(repositoryName="shared")
    c.batch_get_image(repositoryName="shared", imageIds=[{"imageTag": "v1"}])
