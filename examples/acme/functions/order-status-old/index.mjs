// Answers the bot's question about an order.
export const handler = async (event) => {
    const intent = event.sessionState.intent;
    return {
        sessionState: { dialogAction: { type: "Close" }, intent: { ...intent, state: "Fulfilled" } },
        messages: [{ contentType: "PlainText", content: "We will call you back about your order." }],
    };
};
