"""Amazon Bedrock over boto3, aioboto3 and aiobotocore: the method names are those of its runtime service alone."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_LIMIT = ("inferenceConfig.maxTokens",)
_TEMPERATURE = ("inferenceConfig.temperature",)
_MODEL = ("modelId",)
_PROMPT = ("messages", "body", "inputText", "input")
_GUARDS: Keys = {
    "timeout": ("config.read_timeout", "config.connect_timeout"),
    "retry": ("config.retries",),
}

SDK = Sdk(
    name="bedrock",
    title="Amazon Bedrock",
    url="https://boto3.amazonaws.com/v1/documentation/api/latest/reference/services/bedrock-runtime.html",
    near=("bedrock",),
    imports=("boto3", "aioboto3", "aiobotocore", "botocore"),
    provider="bedrock",
    types=(
        Type(
            "bedrock.session",
            constructors=(
                "boto3.{Session,session.Session}",
                "aioboto3.{Session,session.Session}",
                "{aiobotocore,botocore}.session.{get_session,Session,AioSession}",
            ),
            methods={"client": "bedrock.client", "create_client": "bedrock.client"},
        ),
        Type(
            "bedrock.client",
            provider="bedrock",
            constructors=("boto3.client", "aioboto3.client"),
            guards=_GUARDS,
            model=_MODEL,
            calls=(
                Call(
                    ("{invoke_model,converse,invoke_agent,retrieve_and_generate}",),
                    model=_MODEL,
                    prompt=_PROMPT,
                    limit=_LIMIT,
                    temperature=_TEMPERATURE,
                ),
                Call(
                    ("{invoke_model_with_response_stream,converse_stream,retrieve_and_generate_stream}",),
                    model=_MODEL,
                    prompt=_PROMPT,
                    limit=_LIMIT,
                    temperature=_TEMPERATURE,
                    stream=True,
                ),
            ),
        ),
    ),
)
