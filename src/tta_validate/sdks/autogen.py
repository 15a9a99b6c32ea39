"""AutoGen: agents, teams and model clients of version 0.4 and later, and chats of 0.2."""

from tta_validate.sdk import Call, Keys, Sdk, Type

_CLIENT: Keys = {"timeout": ("timeout",), "retry": ("max_retries",)}
_PROMPT = ("task", "message", "messages", "0")

SDK = Sdk(
    name="autogen",
    title="AutoGen",
    url="https://microsoft.github.io/autogen/",
    imports=("autogen_agentchat", "autogen_ext", "autogen_core", "autogen", "ag2"),
    provider="unknown",
    kind="framework",
    types=(
        Type(
            "autogen.model-client",
            constructors=(
                "autogen_ext.models.**.{OpenAIChatCompletionClient,AzureOpenAIChatCompletionClient}",
                "autogen_ext.models.**.{AnthropicChatCompletionClient,OllamaChatCompletionClient}",
                "autogen_ext.models.**.AzureAIChatCompletionClient",
                "autogen_core.models.ChatCompletionClient",
            ),
            guards=_CLIENT,
            limit=("max_tokens",),
            calls=(
                Call(("create",), prompt=("messages", "0"), limit=("extra_create_args.max_tokens",)),
                Call(("create_stream",), prompt=("messages", "0"), stream=True),
            ),
        ),
        Type(
            "autogen.cached-client",
            constructors=("autogen_ext.models.cache.ChatCompletionCache",),
            inner=("client", "0"),
            gives=("cache",),
            calls=(
                Call(("create",), prompt=("messages", "0")),
                Call(("create_stream",), prompt=("messages", "0"), stream=True),
            ),
        ),
        Type(
            "autogen.agent",
            constructors=(
                "autogen_agentchat.agents.{AssistantAgent,SocietyOfMindAgent}",
                "autogen_agentchat.teams.{RoundRobinGroupChat,SelectorGroupChat,Swarm,MagenticOneGroupChat,GraphFlow}",
            ),
            inner=("model_client", "participants", "team", "0", "1"),
            calls=(
                Call(("{run,on_messages}",), prompt=_PROMPT),
                Call(("{run_stream,on_messages_stream}",), prompt=_PROMPT, stream=True),
            ),
            opaque=True,
        ),
        Type(
            "autogen.conversable",
            constructors=("{autogen,ag2}.**.{ConversableAgent,AssistantAgent,UserProxyAgent,GroupChatManager}",),
            calls=(
                Call(
                    (
                        "{initiate_chat,a_initiate_chat,initiate_chats,a_initiate_chats,generate_reply,a_generate_reply}",
                    ),
                    prompt=("message", "messages", "1"),
                ),
            ),
            opaque=True,
        ),
    ),
)
