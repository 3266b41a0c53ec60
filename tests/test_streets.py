"""Only a house number and a street are an address; a sentence is asked about again.

An order or a cancellation that is written down as the address is lost.
"""

from __future__ import annotations

import pytest

from bot.llm.offline_streets import plain_address, street

ADDRESSES = """
1420 Oak Street
88 Pine Ave Apt 4, San Jose 95126
sure: 5 Elm Ct
1234 Broadway
55 El Camino Real
we're at 910 Cherry Ln, San Leandro
4500 Alvarado Niles Rd unit 12
calle Hidalgo 45
mi dirección es 455 Avenida Central
es el 2210 de la calle Oak
地址是 1420 Oak Street
中山路12号
1234 Main st, 后院
1420 Oak Street and the gate code is 4521
700 Montecito Apt 3
""".strip().splitlines()

SENTENCES = """
fíjese que se sumaron mi hermana y su esposo, ya seríamos 14
Half of us have the flu. I need to cancel Friday. What happens to my $100
we'd be 14 now
my sister and her husband are coming, 14 in all
make it 25 please
14 adults and 3 kids
20 people
3 more friends coming
6 lobsters please
can you add 5 gyoza
2 of them are vegetarian
I'll send it tomorrow at 5
let me ask my wife, give me 20 minutes
the party starts at 6
Saturday December 12
6 in the evening works
4 chicken 6 steak
there will be 16 of us
my phone is 510 555 1234
call me at 5105551234
the gate code is 4521
i paid 100 by zelle
is parking for 3 cars ok
10 of my coworkers
12 hungry teenagers
my backyard has room for 30
room for 30 in the yard
my kid turns 8
we moved to unit 5
se agregaron dos personas más, 16
somos 18 ahora
le mando la dirección en 10 minutos
al rato se la paso, como a las 5
mi casa tiene patio para 20
3 de ellos son niños
mis suegros también vienen, total 16
es para el sábado 12
quiero 5 langostas
ponga 4 de camarón
todavía no sé, le digo el lunes 7
cumple 15 años mi hija
又多了2个人
我们改成14个人
一共14个人
我等下发你，5分钟
我先生生日12号
加5份龙虾
星期六12号
周六晚上6点
我妹妹和妹夫也来，一共14位
电话5105551234
门口密码1234
还没定，12号告诉你
we have 5 guys who drive
12 steaks by the way
2 friends from out of place
there are 3 cars in the way, 14 of us
14 on their way
we need 20 chairs in the court
15 cousins from Main Street
300 dollars
100 is fine
200 each
100 percent sure
2026 December
500 total then
mi calle tiene 20 casas
la calle es angosta para 20
我们路上，20分钟
在路上，6点到
""".strip().splitlines()


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_written_down(text: str) -> None:
    assert street(text) or plain_address(text)


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_is_none(text: str) -> None:
    assert not street(text)
    assert plain_address(text) == ""


def test_of_an_address_with_more_beside_it_the_address_is_taken() -> None:
    assert plain_address("1420 Oak Street and the gate code is 4521") == "1420 Oak Street"
