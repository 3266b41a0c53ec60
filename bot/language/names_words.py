"""Words around names: what introduces one, and everyday words that are none."""

from __future__ import annotations

LEADS_FIRM = (
    r"my (?:(?:first|last|full|family) )?(?:sur)?name(?:'s| is| was|s)?"
    r"|the name(?:'s| is)|name(?:'s| is|:)"
    r"|under (?:the |my )?(?:last |first |second |family )?name(?: of)?"
    r"|in (?:the |my )?name(?: of)?|on (?:the )?name(?: of)?"
    r"|by the name(?: of)?|(?:you can |please |just )?call me|i(?:'m| am) known as|i go by|goes by"
    r"|me llamo|mi nombre es|mi nombre|(?:a|al|bajo el|con el|en el) nombre de|nombre:|se llama"
    r"|ll[aá]mame|me dicen|first name|last name|surname(?: is)?"
)
LEADS_WEAK = (
    r"i'?m with|i am with|i'?m|i am|im|this is|it'?s|its|it is|soy|habla|le habla"
    r"|te habla|les habla"
    r"|(?:listed |booked |book it |put it "
    r"|made |done |reserved |is |reservation |booking |table |it )?under|is for|is by"
)
COMMON = frozenset(
    """
a an the and or but so if then than to of in on at by for from with without as is are was
were be been being am do does did done have has had having will would can could should may
might must shall i you he she it we they me him her us them my your his our their mine yours
this that these those here there now today tonight tomorrow yesterday soon later again still
just only also too very really not no yes yeah yep nope ok okay sure fine good great nice
awesome perfect amazing cool happy glad sorry sad upset angry mad disappointed frustrated
annoyed outrageous unacceptable ridiculous terrible horrible awful disgusting disgraceful
absurd insane inaceptable indignante excited interested curious confused worried looking trying
hoping planning thinking wondering calling texting writing emailing messaging going coming
getting booking reserving
hosting asking checking following requesting organizing throwing celebrating turning located
based living staying running ready available free busy late early allergic vegan vegetarian
pescatarian gluten celiac kosher halal diabetic lactose pregnant sick new back set all about
around maybe probably definitely actually afraid unable able aware what when where which who
how why please thanks thank hi hello hey morning afternoon evening people guests guest
adults adult kids kid children child person party table reservation dinner lunch breakfast
brunch event birthday wedding anniversary graduation office company corporate chef hibachi
food chicken steak shrimp salmon lobster scallops tofu rice noodles monday tuesday wednesday
thursday friday saturday sunday january february march april june july august september
october november december week weekend month year day time noon night pm oclock one two
three four five six seven eight nine ten eleven twelve twenty thirty forty fifty more less
some any many much few lot bunch group family friend friends mom dad mother father husband
wife son daughter brother sister boss coworkers team everyone everybody someone anybody
nobody name names last first full called mr mrs ms sir madam dr its it's i'm im we're i'd
i've that's name's what's cancel canceled cancelled change changed need want like love think
know see say tell ask help book booked reserve quote price cost deposit payment pay paid
cash card refund san jose fremont oakland sacramento california ca usa usd soy estoy tengo
quiero necesito busco somos vamos para por con sin de del el la los las un una unos que y o
pero si muy mas menos bien gracias hola buenas buenos dias tardes noches favor claro
alergico alérgico alergica alérgica vegano vegana vegetariano vegetariana celiaco celíaco
celiaca celíaca cliente nuevo nueva yo tu usted nosotros mi su esta está este esto aqui aquí
allá ahora hoy manana mañana ayer sabado sábado domingo lunes martes miercoles miércoles
jueves viernes enero febrero marzo abril mayo junio julio agosto septiembre octubre
noviembre diciembre personas adultos niños ninos fiesta cumpleaños boda reserva reservacion
reservación evento cena comida almuerzo precio interesado interesada mama mamá papa papá
madre padre esposa esposo hermano hermana quien como donde cuando cuanto cuánto cual latino
latina mexicano mexicana intolerante diabetico diabético own another same other order number
phone email address zip code street question booking's asap urgent true wrong right correct
possible ambiguous bye goodbye crazy confirmed tue wed thu fri sat sun mon jan feb mar apr
jun jul aug sept sep oct nov dec valentine's valentines mother's father's problem issue
emergency best regards outside inside indoors outdoors online local wondering' gonna wanna
tho lol haha u ur thx pls plz bachelorette bachelor quinceanera quinceañera sweet baby
shower retirement holiday christmas thanksgiving easter halloween up out off over under down
through near 客户 素食 素食者 过敏 新客户 谁 先生 女士
""".split()
)  # fmt: skip
SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓"
    "鄧曹彭曾肖萧蕭田董袁潘于蒋蔣蔡余杜叶葉程苏蘇魏吕呂丁任沈姚卢盧姜崔钟鍾谭譚陆陸汪范石廖贾"
    "賈夏韦付方白邹鄒孟熊秦邱江尹薛闫段雷侯龙龍史陶黎贺賀顾顧毛郝龚龔邵万萬钱錢严嚴覃武戴莫孔"
    "向汤湯欧歐司诸葛温溫庄莊殷施洪翁倪樊纪"
)
