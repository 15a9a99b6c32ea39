CASES = {
    "predictors of DSPy, not modules of one's own": """\
import dspy

class Answer(dspy.Module):
    def __init__(self):
        self.ask = dspy.ChainOfThought("question -> answer")

    def forward(self, question):
        #: self.ask framework unknown retry=unknown cache=unknown
        return self.ask(question=question)

answer = Answer()
answer(question="why?")
""",
    "pydantic-ai": """\
from pydantic_ai import Agent

agent = Agent("openai:gpt-4o", retries=2, model_settings={"timeout": 30})

@agent.tool_plain
def roll():
    return 4

#: agent.run_sync framework unknown timeout=explicit/client retry=explicit/client
agent.run_sync("roll")
""",
    "a client of one's own in pydantic-ai": """\
from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

provider = OpenAIProvider(openai_client=AsyncOpenAI(timeout=20, max_retries=2))
agent = Agent(OpenAIChatModel("gpt-4o", provider=provider))

async def main():
    #: agent.run framework openai timeout=explicit/client retry=explicit/client
    await agent.run("x")
""",
    "llama-index models and embeddings": """\
from llama_index.core import Settings
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI

llm = OpenAI(model="gpt-4o", timeout=20, max_retries=2)
#: llm.complete framework openai timeout=explicit/client retry=explicit/client
llm.complete("x")
#: llm.chat framework openai timeout=explicit/client retry=explicit/client
llm.chat([])
embed = OpenAIEmbedding()
#: embed.get_text_embedding framework openai
embed.get_text_embedding("x")
""",
    "llama-index engines": """\
from llama_index.core import VectorStoreIndex

index = VectorStoreIndex.from_documents([])
engine = index.as_query_engine()
#: engine.query framework unknown
engine.query("x")
index.as_retriever().retrieve("x")
""",
    "crewai": """\
from crewai import Agent, Crew, Task

agent = Agent(role="r", goal="g", backstory="b")
crew = Crew(agents=[agent], tasks=[Task(description="d", agent=agent, expected_output="o")])
#: crew.kickoff framework unknown
crew.kickoff(inputs={})
""",
    "smolagents": """\
from smolagents import CodeAgent, InferenceClientModel

agent = CodeAgent(tools=[], model=InferenceClientModel())
#: agent.run framework unknown
agent.run("x")
""",
    "autogen": """\
from autogen_agentchat.agents import AssistantAgent
from autogen_ext.models.openai import OpenAIChatCompletionClient

client = OpenAIChatCompletionClient(model="gpt-4o", max_retries=3)
agent = AssistantAgent("a", model_client=client)

async def main():
    #: agent.run framework unknown retry=unknown
    await agent.run(task="x")
    #: client.create framework unknown retry=explicit/client
    await client.create([])
""",
    "haystack": """\
from haystack.components.generators.chat import OpenAIChatGenerator

generator = OpenAIChatGenerator(timeout=10)
#: generator.run framework unknown timeout=explicit/client
generator.run(messages=[])
""",
    "a conversation of OpenHands": """\
from openhands.sdk import LLM, Agent, Conversation

llm = LLM(model="m", timeout=30, num_retries=2)
conversation = Conversation(agent=Agent(llm=llm))
conversation.send_message("x")
#: conversation.run framework litellm timeout=explicit/client retry=explicit/client
conversation.run()
""",
}
