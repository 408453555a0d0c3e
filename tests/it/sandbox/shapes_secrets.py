"""Drives KMS, the Parameter Store and Secrets Manager with boto3, for check_shapes.py."""

from shapes import client, equal, refused


def secrets(endpoint):
    k = client("kms", endpoint)
    key = k.create_key(Description="made here")["KeyMetadata"]
    k.create_alias(AliasName="alias/made", TargetKeyId=key["KeyId"])
    refused("AlreadyExistsException", k.create_alias, AliasName="alias/made", TargetKeyId=key["KeyId"])
    for name in (key["KeyId"], key["Arn"], "alias/made", "alias/aws/ssm"):
        k.describe_key(KeyId=name)
    refused("NotFoundException", k.describe_key, KeyId="alias/none")
    refused("NotFoundException", k.describe_key, KeyId="00000000-0000-4000-8000-000000000000")
    context = {"a": "1"}
    made = k.generate_data_key(KeyId="alias/made", KeySpec="AES_256", EncryptionContext=context)
    equal(len(made["Plaintext"]), 32, "data key")
    opened = k.decrypt(CiphertextBlob=made["CiphertextBlob"], EncryptionContext=context)
    equal(opened["Plaintext"], made["Plaintext"], "opened")
    refused("InvalidCiphertextException", k.decrypt, CiphertextBlob=made["CiphertextBlob"])
    refused("IncorrectKeyException", k.decrypt, CiphertextBlob=made["CiphertextBlob"], EncryptionContext=context,
            KeyId="alias/aws/ssm")
    equal(len(k.generate_data_key(KeyId="alias/made", NumberOfBytes=64)["Plaintext"]), 64, "64 bytes")
    blob = k.encrypt(KeyId="alias/made", Plaintext=b"text", EncryptionContext=context)["CiphertextBlob"]
    equal(k.decrypt(CiphertextBlob=blob, EncryptionContext=context)["Plaintext"], b"text", "encrypted")
    refused("ValidationException", k.generate_data_key, KeyId="alias/made")

    refused("ValidationException", k.create_key, KeySpec="ECC_NIST_P256")
    signs = k.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    k.create_alias(AliasName="alias/signs", TargetKeyId=signs["KeyId"])
    how = {"KeyId": "alias/signs", "Message": b"what is signed", "SigningAlgorithm": "ECDSA_SHA_256"}
    signature = k.sign(**how, MessageType="RAW")["Signature"]
    equal(k.verify(**how, Signature=signature)["SignatureValid"], True, "signature")
    refused("KMSInvalidSignatureException", k.verify, **{**how, "Message": b"another"}, Signature=signature)
    equal(k.get_public_key(KeyId="alias/signs")["SigningAlgorithms"], ["ECDSA_SHA_256"], "public key")
    refused("InvalidKeyUsageException", k.sign, **{**how, "KeyId": "alias/made"})
    refused("UnsupportedOperationException", k.get_public_key, KeyId="alias/made")
    refused("InvalidKeyUsageException", k.generate_data_key, KeyId="alias/signs", KeySpec="AES_256")
    refused("ValidationException", k.sign, **{**how, "Message": b"x" * 4097})

    s = client("ssm", endpoint)
    put = lambda value, **more: s.put_parameter(Name="/x/y", Value=value, **more)
    equal(put("one", Type="SecureString", KeyId="alias/made")["Version"], 1, "first version")
    refused("ParameterAlreadyExists", s.put_parameter, Name="/x/y", Value="two", Type="SecureString")
    equal(put("two", Overwrite=True)["Version"], 2, "second version")
    equal(s.get_parameter(Name="/x/y", WithDecryption=True)["Parameter"]["Value"], "two", "newest")
    equal(s.get_parameter(Name="/x/y:1", WithDecryption=True)["Parameter"]["Value"], "one", "by version")
    equal(s.get_parameter(Name="/x/y")["Parameter"]["Value"] != "two", True, "not decrypted")
    equal(s.get_parameters(Names=["/x/y", "/x/none"])["InvalidParameters"], ["/x/none"], "unknown")
    s.put_parameter(Name="plain", Value="text", Type="String")
    equal(s.get_parameter(Name="plain")["Parameter"]["Value"], "text", "plain")
    refused("InvalidKeyId", s.put_parameter, Name="/x/z", Value="v", Type="SecureString", KeyId="alias/none")
    refused("ParameterNotFound", s.get_parameter, Name="/x/none")
    refused("ParameterVersionNotFound", s.get_parameter, Name="/x/y:9")
    s.delete_parameter(Name="/x/y")
    refused("ParameterNotFound", s.delete_parameter, Name="/x/y")

    m = client("secretsmanager", endpoint)
    made = m.create_secret(Name="app/db", SecretString="one", KmsKeyId="alias/made")
    refused("ResourceExistsException", m.create_secret, Name="app/db", SecretString="one")
    m.put_secret_value(SecretId="app/db", SecretString="two")
    got = m.get_secret_value(SecretId=made["ARN"])
    equal((got["SecretString"], got["VersionStages"]), ("two", ["AWSCURRENT"]), "current")
    equal(m.get_secret_value(SecretId="app/db", VersionStage="AWSPREVIOUS")["SecretString"], "one", "previous")
    equal(m.get_secret_value(SecretId="app/db", VersionId=made["VersionId"])["SecretString"], "one", "by id")
    m.create_secret(Name="binary", SecretBinary=b"\x00\x01")
    equal(m.get_secret_value(SecretId="binary")["SecretBinary"], b"\x00\x01", "binary")
    refused("ResourceNotFoundException", m.get_secret_value, SecretId="none")
    refused("ResourceNotFoundException", m.get_secret_value, SecretId="app/db", VersionStage="AWSPENDING")
    m.delete_secret(SecretId="app/db")
    refused("InvalidRequestException", m.get_secret_value, SecretId="app/db")
    refused("InvalidRequestException", m.create_secret, Name="app/db", SecretString="x")
    m.delete_secret(SecretId="binary", ForceDeleteWithoutRecovery=True)
    refused("ResourceNotFoundException", m.get_secret_value, SecretId="binary")
