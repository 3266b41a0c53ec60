"""The words of agreement in English, Spanish and Chinese; bot/language/agreement.py reads by them.

Folded: lower case, without accents, apostrophes dropped. Each word or phrase is of one kind only.
What is not listed here is not understood as agreement, on purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.domain_booking import Act
from bot.language.agreement_forms import ACCEPTING, BOOKING

YES: Final = """
yes | yes yes | yeah | yea | yep | yup | yess | yesss | yes indeed | aye | sure | sure thing
for sure | absolutely | definitely | of course | certainly | confirmed | confirm | i confirm
i agree | agreed | i do | i accept | accepted | accept | correct | thats right | that is right
thats correct | exactly | go ahead | go for it | please do | do it | lets do it | lets do this
lets do that | do that | lets go | lets go for it | lets go ahead | make it so | make it happen
deal | its a deal | its a yes | thats a yes | that is a yes | a yes from me | yes to that
yes to everything | yes to all | yes we do | yes i do | yes i am | im in | were in | i say yes
we say yes | we agree | we confirm | we accept | sounds good yes | please proceed | proceed
lets proceed | go on then | please go ahead | si | sip | sii | siii | claro | claro que si
por supuesto | desde luego | confirmo | confirmado | lo confirmo | la confirmo | confirmamos
acepto | aceptamos | lo acepto | de acuerdo | estoy de acuerdo | estamos de acuerdo | correcto
exacto | dale | dele | adelante | hazlo | hagalo | haganlo | hagamoslo | hecho | trato hecho
procede | proceda | procedan | asi es | seguro | si senor | si senora | afirmativo | si quiero
si acepto | si confirmo | si claro | we accept the terms
i accept the terms | i agree to the terms | we agree to the terms | accept the terms
acepto los terminos | aceptamos los terminos | acepto las condiciones | acepto el precio
hagale | hagale pues | hagale si | orale si | 接受条款 | 同意条款 | 接受这个价格 | 我们接受
好喔 | 好哦
好嘞 | 好滴好滴 | 是 | 是的 | 对 | 对的 | 好 | 好的 | 好啊 | 好呀 | 好吧好的
可以 | 可以的 | 行 | 行的 | 没问题 | 同意 | 我同意 | 我们同意 | 确认 | 我确认 | 确定 | 我确定
确认了 | 就这样 | 就这么定了 | 就这么定 | 就这样定了 | 成交 | 要 | 要的 | 我要 | 当然 | 当然可以
没错 | 正确 | 接受 | 我接受 | 来吧 | 就它了 | 就这个 | 是的没错 | 恩好的 | 嗯好的 | 嗯好 | 嗯可以
没有问题 | 就这么办 | 就照这个办 | 就按这个来 | 成 | 成啊 | 好呀好呀 | 确定要 | 是是是
对对对 | 妥了
yas | yaas | yass | yah | yessir | yes maam | yes sir | ok yes | yes to all of that
yes to all of it | yes to all that | yes to the terms | yes to the booking | thats a go | its a go
were good to go | we are good to go | im good to go | hell yes | hell yeah | heck yes | heck yeah
you bet | you betcha | sold | ready when you are | lets make it happen | lets make it official
were in for it | sipi | sip sip | simon si | si pues | pues si | si si | claro pues | andele si
andele pues si | haganle | haganle pues | hagale nomas | dele pues | dale pues | dele nomas
dele para adelante | dele con todo | echele | echenle | para adelante | va que va si | sale si
conforme | conformes | aprobado
"""

NO: Final = """
wait no | no wait | no hold on | actually no | oh no | hmm no | mm no | um no | ugh no | sorry no
no sorry | espera no | espere no | ay no | no espera | no espere | perdon no | 等等不 | 等一下不要
no | nope | nah | no no | no thanks | no thank you | not now | not yet | dont | do not
please dont | never | stop | no way | negative | i dont | we dont | not anymore | not today
never mind | nevermind | nvm | forget it | dont book it | do not book it | dont do it | do not do it
dont book | dont cancel | dont cancel it | dont change it | i changed my mind | changed my mind
i decline | decline | no gracias | todavia no | aun no | ya no | mejor no | para nada | no quiero
nunca | no lo reserves | no lo reserve | no la reserve | no reserve | no reserves | no lo hagas
no lo haga | olvidalo | olvidelo | cambie de opinion | no lo canceles | no la canceles
no cancele | no canceles | no lo | no la | no me lo | no me la | no nos lo | no nos la
no proceda | no procedan | do not proceed | dont proceed | dont go ahead | do not go ahead | 不接受
我不接受 | 我们不接受 | 不必 | 不必了
asi no | 不 | 不要 | 不用 | 不用了 | 不行 | 不了 | 不可以 | 不是 | 不对
不同意 | 先不 | 先不要 | 先不订 | 不订了 | 先别订 | 先别 | 不订 | 暂时不 | 还不 | 算了
不想要 | 不需要 | 别订 | 别 | 不确认 | 不取消 | 不取消了 | 不改了 | 不改 | 改变主意了 | 不好
"""

FINE: Final = """
bet | alright bet | good to go | sale | sale y vale | va que va | andale | andele | andele pues
andale pues | ok va | sale pues | sobres | padre | que padre | chido | super | me late | nos late
me gusta la idea | todo en orden | todo correcto | looks good to me | sounds good to me
sounds good to us | looks good to us | thats great | thats perfect | thats good | that is fine
thats wonderful | good deal | sweet | sick | dope | fire | 好棒 | 很棒 | 好耶 | 赞
挺不错 | 可以接受
ok | okay | k | kk | okey | oki | alright | all right | right | great | perfect | good | cool
nice | awesome | sounds good | sounds great | sounds perfect | looks good | looks great
looks perfect | looks right | works | that works | works for me | that works for me | works for us
that works for us | fine | thats fine | fine by me | fine with me | excellent | wonderful | lovely
amazing | fantastic | love it | i love it | got it | understood | all good | im good with that
were good with that | happy with that | very well | very good | so | why not | vale | va | bueno
bien | muy bien | perfecto | genial | excelente | estupendo | suena bien | me parece bien
me parece perfecto | esta bien | todo bien | listo | ya | entendido | orale | me gusta | nos gusta
价格可以接受 | 价格可以 | 价格没问题 | the price is fine | price is fine | el precio esta bien
pues | ok pues | me sirve | nos sirve | buenisimo | fenomenal | 嗯 | 嗯嗯 | 恩 | 哦 | 噢 | 不错
很好 | 太好了 | 挺好 | 挺好的 | 好极了 | 完美 | 明白 | 明白了 | 知道了 | 了解 | 收到 | 听起来不错
听起来很好 | 那 | 那就 | 那么 | 就 | 好滴 | 好了 | 行了 | 对了
"""

POLITE: Final = """
simon | fam | homie | yo | ladies | gals | everybody | kindly | i want to | we want to | id like to
wed like to | i would like to | we would like to | you can | you may | lets | go ahead and
ready to | im ready to | were ready to | i am ready to | we are ready to | happy to | im happy to
were happy to | quiero que | queremos que | me gustaria | nos gustaria | entonces | eso | pues claro
andale si | que dios lo bendiga | dios lo bendiga | dios la bendiga | bendiciones
muchisimas gracias
un millon | patron | primo | compadre | comadre | viejo | mi estimado | estimado | estimada
madam | miss | mister | kind sir | good sir | god bless | god bless you | bless you | cheers | xoxo
帮忙 | 请帮忙 | 您 | 老板娘 | 大哥 | 大姐 | 小哥 | 哥 | 姐 | 哈 | 咯 | 喽 | 哟
啰 | 耶 | 那好
拜托您 | 拜托你 | 拜托您了 | 辛苦您 | 辛苦您了 | 辛苦啦 | 谢谢啦 | 感恩 | 谢了 | 太感谢了 | 谢谢哦
please | pls | plz | thanks | thank you | thx | ty | thanks a lot | thanks so much
thank you so much | thanks again | thank you very much | many thanks | much appreciated
appreciate it | i appreciate it | sir | maam | hi | hello | hey | there | oh | and | just | now
then | right away | right now | for me | for us | we are excited | so excited | were excited
were so excited | im excited | im so excited | cant wait | we cant wait | i cant wait | no problem
no worries | have a great day | have a nice day | have a good one | good morning | good afternoon
good evening | my friend | friend | team | you guys | looking forward to it
we look forward to it | see you then | bye | haha | lol | yay | woohoo | wow | with pleasure
dear | hon | honey | sweetie | sweetheart | darling | love | boss | man | bro | dude | buddy | bud
girl | chef | guys | folks | yall | omg | oh my god | heck | hell | for sure for sure | mijo | mija
mi amor | mi vida | mi rey | mi reina | corazon | joven | senorita | don | dona | jefe | jefa
compa | carnal | hermano | hermana | guey | wey | 亲 | 亲爱的 | 老板 | 师傅 | 美女 | 帅哥 | 喔 | 啦
gladly | happily | no questions | without a doubt | no doubt | por favor | porfa | porfavor | xfa
gracias | muchas gracias | mil gracias | te lo agradezco | se lo agradezco | muy amable | y | hola
buenas | buenos dias | buenas tardes | buenas noches | ahora | ahora mismo | ya mismo | para mi
para nosotros | amigo | amiga | senor | senora | saludos | que emocion | estamos emocionados
nos vemos | hasta luego | adios | sin duda | con gusto | con mucho gusto | jaja | sin problema
ninguna duda | 请 | 请您 | 麻烦 | 麻烦你 | 麻烦您 | 麻烦你了 | 麻烦您了 | 谢谢 | 谢谢你 | 谢谢您
多谢 | 非常感谢 | 感谢 | 辛苦了 | 你好 | 您好 | 吧 | 了 | 啊 | 呀 | 哦哦 | 现在 | 马上 | 就现在
给我 | 帮我 | 给我们 | 帮我们 | 我们很期待 | 很期待 | 期待 | 再见 | 哈哈 | 哈哈哈 | 拜托 | 拜托了
直接
"""

_BOOK: Final = """
hold it | hold that | hold the date | keep it for me | keep it for us | grab it | grab it for us
grab it for me | grab that | grab that for us | snag it | save it for us | save it for me
put us down | put me down | put us down for it | put me down for it | put us in
proceed with the booking | proceed with it | please proceed with the booking | go ahead with it
go ahead with the booking | lets proceed with the booking | apartemelo | apartenmelo | apartemela
apartenmela | apartamelo | apartamela | apartenla | apartenlo | apartennoslo | guardemelo
guardamelo | guardenmelo | guardemela | guardenmela | reservemelo | reservamelo | reservemela
reservenmelo | apuntenos | apuntenme | apunteme | agendenos | agendeme | anotenos
anoteme | 帮忙预订 | 请帮忙预订 | 帮忙订 | 请帮忙订 | 帮忙订下来 | 保留
帮我保留 | 请保留 | 帮我留 | 帮我留着
帮我留位 | 留着吧 | 帮我们保留 | 帮我们留着 |
book | book it | book that | book this | book us | book me | book us in | book me in
book the date | book that date | book the slot | book it in | lets book | lets book it
lets book that | please book | you can book it | go ahead and book | go ahead and book it
go ahead and book that | i want to book it | i want to book | id like to book it | id like to book
we want to book it | we want to book | wed like to book it | wed like to book | id love to book it
reserve it | reserve that | reserve the date | lock it in | lock us in | lock that in | sign us up
sign me up | confirm it | confirm that | confirm the booking | confirm my booking
confirm our booking | confirm the date | i confirm the booking | i confirm my booking
confirm please | make the booking | lets confirm | lets confirm it | lets lock it in | i want it
we want it | ill take it | well take it | i will take it | we will take it | i want to confirm
id like to confirm | we want to confirm | id like to confirm it | i want to confirm it
you can confirm it | go ahead and confirm | go ahead and confirm it | schedule it | schedule us
hold it for us and book it | i want to go ahead | we want to go ahead | id like to go ahead
wed like to go ahead | reserva | reserva ya | reservalo | reservala | reservelo | reservela
reservenlo | reservamos | reservemos | reserve | reservame | reserveme | quiero reservar
queremos reservar | quiero reservarlo | quiero reservarla | quiero la reserva | confirma
confirme | confirmalo | confirmala | confirmelo | confirmela | confirme la reserva
confirma la reserva | confirmo la reserva | quiero confirmar | queremos confirmar | apartalo
apartala | apartelo | apartela | aparta la fecha | aparte la fecha | reserva la fecha
reserve la fecha | agendalo | agendelo | agendala | agende | agenda | haz la reserva
haga la reserva | me lo quedo | nos lo quedamos | lo tomo | lo quiero | la quiero | lo queremos
si reserva | puede reservar | puede reservarlo | puedes reservarlo | puede confirmar | la reservo
lo reservo | 订 | 订吧 | 订了 | 就订 | 就订吧 | 就订这个 | 预订 | 预订吧 | 预定 | 预定吧 | 订下来
订下来吧 | 订下吧 | 帮我订 | 帮我订吧 | 帮我预订 | 帮我订下来 | 帮我们订 | 我要订 | 我想订
我们要订 | 我订 | 我订了 | 确认预订 | 确认订 | 确认预定 | 我确认预订 | 请预订 | 请帮我预订
请确认 | 订这个 | 就订了 | 可以订 | 可以订了 | 可以预订 | 可以确认 | 定了 | 定吧 | 就定了 | 定下来
定下来吧 | 安排吧 | 请安排 | 安排 | 下单 | 下单吧
"""

_CHANGE: Final = """
change it | change that | move it | move that | move us | please change it | please move it
lets change it | lets move it | make the change | make that change | make those changes
make the changes | reschedule it | reschedule | reschedule us | update it | switch it | confirm it
confirm the change | confirm that | confirm the changes | i confirm the change | lets move
go ahead and change it | go ahead and move it | do the change | swap it | confirm the new date
cambialo | cambiala | cambielo | cambiela | muevelo | muevela | muevalo | muevala | haz el cambio
haga el cambio | hagan el cambio | confirma | confirme | confirmalo | confirmelo
confirma el cambio | confirme el cambio | confirmo el cambio | reprogramalo | reprogramelo
reprograma | reprograme | actualizalo | actualicelo | 改 | 改吧 | 改了吧 | 就改 | 就改吧 | 改期
改期吧 | 帮我改 | 帮我改吧 | 请改 | 请改期 | 确认更改 | 确认改期 | 确认修改 | 更改吧 | 修改吧
可以改 | 改过去吧 | 换吧 | 请确认 | 换 | 我要改 | 我确认更改
"""

_CANCEL: Final = """
cancel | cancel it | cancel that | cancel us | cancel the booking | cancel my booking
cancel our booking | please cancel | please cancel it | cancel everything | cancel the event
cancel the party | cancel the reservation | lets cancel | lets cancel it | go ahead and cancel
go ahead and cancel it | i want to cancel | i want to cancel it | we want to cancel
i need to cancel | we need to cancel | id like to cancel | confirm the cancellation
i confirm the cancellation | confirm it | confirm that | we have to cancel | i have to cancel
cancela | cancele | cancelalo | cancelala | cancelelo | cancelela | cancelar | cancela la reserva
cancele la reserva | cancelemos | cancelen | quiero cancelar | queremos cancelar
quiero cancelarla | necesito cancelar | confirmo la cancelacion | confirme la cancelacion
confirma | confirme | cancelen la reserva | cancelo | 取消 | 取消吧 | 取消了吧 | 就取消 | 就取消吧
请取消 | 帮我取消 | 帮我取消吧 | 确认取消 | 我确认取消 | 我要取消 | 我想取消 | 取消预订 | 取消预定
请帮我取消 | 可以取消 | 请确认
"""

_KEEP: Final = """
leave it | leave it as it is | keep it | keep it as it is | lets keep it | keep the booking
keep my booking | i keep it | dejalo asi | dejelo asi | dejelo | dejalo | mantenlo | mantengalo
保留 | 保留吧 | 还是保留 | 不变 | 照旧
"""

DOUBT: Final = """
yeah right | yeah, right | yea right | yea, right | ya right | ya, right | yeah yeah | yeah, yeah
oh sure | oh, sure | oh right | si tu lo dices | si, como no | si como no | 呵呵 | 才怪
"""
"""What says yes by the word and often means the opposite; who means it is asked once more."""

MARKS_YES: Final = "👍👌✅✔☑💯🆗"
MARKS_NO: Final = "👎❌🚫✖⛔"


def _phrases(listed: str) -> tuple[str, ...]:
    lines = "|".join(listed.strip().splitlines()).split("|")
    return tuple(dict.fromkeys(filter(None, (phrase.strip() for phrase in lines))))


KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "yes": (*_phrases(YES), *ACCEPTING),
    "no": _phrases(NO),
    "fine": _phrases(FINE),
    "polite": _phrases(POLITE),
    "doubt": _phrases(DOUBT),
}
KEEPING: Final = _phrases(_KEEP)
"""A no where a booking is to be changed or given up."""
ACTS: Final[Mapping[Act, tuple[str, ...]]] = {
    Act.BOOK: (*_phrases(_BOOK), *BOOKING),
    Act.CHANGE: _phrases(_CHANGE),
    Act.CANCEL: _phrases(_CANCEL),
}
