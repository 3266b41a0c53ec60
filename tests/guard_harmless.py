"""True and harmless things that a model says, near to what the guard stops: none may be stopped.

Data for tests/test_guard_words.py; the evidence is a price for 20 adults and 6 children.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.guard import Evidence

PRICED = Evidence(
    results=(
        {
            "lines": [
                {"label": "Adults", "quantity": 20, "unit_price": "55.00", "amount": "1100.00"},
                {"label": "Children", "quantity": 6, "unit_price": "30.00", "amount": "180.00"},
            ],
            "total": "1280.00",
            "deposit": "100.00",
            "guests": 26,
        },
    ),
    customer_texts=(
        "How much for 20 adults and 6 kids? I'm Kabo, at 123 Main St.",
        "hola, soy Kabo",
    ),
    extra_facts=("My Hibachi Chef", "(916) 740-8768", "cs@myhibachichef.com", "9:00", "21:00"),
    now=datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("America/Los_Angeles")),  # A Monday.
)

HARMLESS = {
    "en": (
        "Hi there! Happy to help. How many guests are you expecting?",
        "For 20 adults and 6 kids the total is $1,280.00.",
        "Filet mignon, lobster tail, scallops, salmon, tofu and chicken are the choices.",
        "I'm the AI concierge of My Hibachi Chef, so I can't taste the food, but I can help you "
        "plan.",
        "I can't promise a discount, but I can ask the team.",
        "That's a question for a person; I've passed it on.",
        "I don't know whether our insurance covers that. Shall I ask a person?",
        "I can't give legal advice; a person from our team will answer.",
        "I can't say whether it's safe during pregnancy; please ask your doctor.",
        "We can't say if a dish is free of peanuts; someone will check for you.",
        "I can check if that date is open. What day do you have in mind?",
        "Would you like me to look for open times?",
        "Which day works best for you?",
        "What's the ZIP code or town of the event?",
        "Sorry, I can't share details of other customers.",
        "Payment is by card or cash, a person can tell you more.",
        "I'm sorry to hear that. A person from our team will contact you.",
        "Great choice!",
        "You can call us at (916) 740-8768 or write to cs@myhibachichef.com.",
        "The deposit is $100.00 and the rest is due on the day.",
        "Your price is based on 20 adults and 6 children.",
        "No problem at all, take your time.",
        "Thanks, Kabo! I have noted 20 adults and 6 kids.",
        "Nothing is booked yet: the date is only held once you say yes.",
        "Let me know which proteins your guests would like.",
        "Chicken, steak, shrimp or tofu: every guest picks two, if I remember right. Shall I look "
        "it up?",
        "I'm afraid I can't help with homework, but I can help you plan a hibachi party.",
        "We can hold a date for you once we have a price.",
        "You are welcome! Have a wonderful day.",
        "If plans change, just write to us here.",
        "I can explain how booking works: first a price, then a date, then your yes.",
        "We bring the grill and cook in your yard, rain or shine?",
        "Please tell me the ages of the children so that I can price it right.",
        "I can't find an answer to that. Shall I ask a person?",
        "Someone will get back to you during opening hours.",
        "I understand, that's frustrating, and I'm sorry.",
        "Good question! I don't have that in my notes, so I'd rather ask the team.",
        "Who will be celebrating?",
        "I cannot book it without your yes.",
        "So the chef comes to 123 Main St, is that right?",
        "The deposit of $100.00 comes off the total.",
    ),
    "es": (
        "¡Hola! ¿En qué puedo ayudarle hoy con su fiesta?",
        "Para 20 adultos y 6 niños el total es de $1,280.00.",
        "Filet mignon, langosta, vieiras, salmón, tofu o pollo.",
        "No puedo prometer un descuento, pero le pregunto al equipo.",
        "¿Qué día le gustaría?",
        "No sé si nuestro seguro cubre eso; le pregunto a una persona.",
        "No podemos decir si es seguro durante el embarazo; una persona le responderá.",
        "Lo siento mucho. Una persona del equipo le escribirá.",
        "Soy el asistente de My Hibachi Chef.",
        "Con gusto reviso si hay lugar ese día, ¿qué fecha tiene en mente?",
        "Todavía no hay nada reservado.",
        "¿Cuál es el código postal?",
        "Gracias, Kabo. Anoté 20 adultos y 6 niños.",
        "Las opciones son Filet Mignon, Lobster Tail, Yakisoba Noodles, Gyoza y Edamame.",
        "El depósito de $100.00 se descuenta del total.",
    ),
    "zh": (
        "您好!请问有什么可以帮您?",
        "20位大人和6个孩子一共$1,280.00。",
        "我们有牛排、鸡肉、虾和豆腐。",
        "我不能保证折扣,可以帮您问问同事。",
        "请问您想订哪一天?",
        "那天您有空吗?",
        "关于保险我不清楚,我请同事回复您。",
        "怀孕期间能不能吃,我无法确认,请咨询医生。",
        "目前还没有预订。",
        "定金是$100.00。",
        "请告诉我邮编。",
        "我是My Hibachi Chef的智能助理。",
        "我可以帮您查一下哪天有空位吗?",
        "不客气,祝您愉快!",
        "我们不能保证没有坚果。",
    ),
}
