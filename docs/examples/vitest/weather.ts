// The application that is tested: it knows nothing of the mock.
import type { Mistral } from "@mistralai/mistralai";

const MODEL = "mistral-small-latest";

const TOOL = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "The weather in a city.",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
    },
  },
};

export async function answer(
  client: Mistral,
  question: string,
  lookUp: (city: string) => string,
): Promise<string> {
  const messages: any[] = [{ role: "user", content: question }];
  for (;;) {
    const { choices } = await client.chat.complete({ model: MODEL, messages, tools: [TOOL] });
    const message = choices![0].message!;
    messages.push({ ...message, role: "assistant" });
    if (!message.toolCalls?.length) return String(message.content);
    for (const call of message.toolCalls) {
      const given = call.function.arguments;
      const { city } = typeof given === "string" ? JSON.parse(given) : given;
      messages.push({ role: "tool", name: TOOL.function.name, toolCallId: call.id, content: lookUp(city) });
    }
  }
}

export async function* stream(client: Mistral, question: string): AsyncGenerator<string> {
  const messages = [{ role: "user" as const, content: question }];
  for await (const event of await client.chat.stream({ model: MODEL, messages })) {
    const { content } = event.data.choices[0].delta;
    if (typeof content === "string") yield content;
  }
}
