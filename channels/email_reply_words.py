"""What mail programs write around a quoted letter, by language: words only, no rules.

Used by channels/email_reply_marks.py and channels/email_reply_signatures.py. Source: letters as the
programs write them, and their own translations (read 2026-11-23).
"""

from __future__ import annotations

WROTE = (
    # Latin script, at the end of the line or, in Germanic languages, before the name.
    "wrote|writes|schrieb|schrieben|schreef|geschreven|skrev|skreiv|kirjoitti|kirjutas|skrifaði|"
    "a écrit|écrit|escribió|escribio|escribiste|va escriure|escreveu|ha scritto|scrive|a scris|"
    "napisał|napisała|napisał\\(a\\)|napisał/a|napisal|napsal|napsala|napsal\\(a\\)|napísal|"
    "napísala|napísal\\(a\\)|napisao|napisala|napisao/la|je napisao|írta|yazdı|şunu yazdı|"
    "đã viết|menulis|rašė|rakstīja|idatzi du|"
    # Other alphabets.
    "написал|написала|написал\\(а\\)|написал\\(a\\)|пишет|написав|написала|пише|написа|έγραψε|"
    "כתב|כתבה|כתב/ה|‫כתב|كتب|เขียนว่า|เขียน"
)

# Written without a space before them.
WROTE_JOINED = "写道|寫道|写到|編寫|撰寫|のメール|書きました|작성|님이 씀|썼습니다|写道：|เขียนว่า"

ON = (
    "on|am|op|den|le|el|em|il|in data|il giorno|w dniu|dnia|dne|dňa|a|în data|pe|på|"
    "tarihinde|vào|pada|στις|в|във|בתאריך|ב|في|在|于|於|เมื่อ|на"
)

WEEKDAYS = (
    "mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|"
    "saturday|sunday|mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|"
    "sonntag|lun|mar|mer|jeu|ven|sam|dim|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|"
    "lunes|martes|miércoles|jueves|viernes|sábado|domingo|mié|jue|vie|sáb|dom|seg|ter|qua|qui|"
    "sex|lunedì|martedì|mercoledì|giovedì|venerdì|gio|maandag|dinsdag|woensdag|donderdag|"
    "vrijdag|zaterdag|zondag|ma|wo|vr|za|zo|pon|wt|śr|czw|pt|sob|niedz|пн|вт|ср|чт|пт|сб|вс|"
    "понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|tor|ons|tis|fre|lør|lör|søn|"
    "sön|mån|man|tir|ti|ke|to|pe|la|su"
)

# Fields of the block that Outlook and others put above the letter that is answered, by what they
# say. A name may serve two fields: `A` is "to" in French, `Da` "from" in Italian.
FIELDS: dict[str, str] = {
    "from": (
        "from|von|de|da|van|från|fra|od|feladó|kimden|gönderen|lähettäjä|expéditeur|remitente|"
        "remetente|mittente|afzender|avsändare|avsender|afsender|absender|от|от кого|від|"
        "από|מאת|من|发件人|發件人|寄件者|寄件人|差出人|送信元|送信者|보낸 사람|"
        "보낸사람|จาก|từ|dari|odesílatel|saatja"
    ),
    "to": (
        "to|an|à|a|para|per|aan|till|til|do|komu|címzett|kime|alıcı|vastaanottaja|destinataire|"
        "destinatario|destinatário|ontvanger|mottagare|mottaker|modtager|empfänger|кому|до|προς|"
        "אל|إلى|收件人|收件者|宛先|받는 사람|받는사람|ถึง|đến|kepada|pro"
    ),
    "sent": (
        "sent|date|gesendet|datum|envoyé|envoyé le|envoyée|date d'envoi|enviado|enviado el|"
        "enviada em|enviado em|enviada|fecha|data|inviato|data invio|verzonden|"
        "skickat|sendt|dato|"
        "data wysłania|wysłano|wysłane|odesláno|odoslané|dátum|küldve|elküldve|gönderildi|"
        "gönderilme tarihi|tarih|lähetetty|päivämäärä|отправлено|дата|надіслано|ημερομηνία|"
        "στάλθηκε|תאריך|נשלח|التاريخ|تم الإرسال|发送时间|發送時間|寄件日期|日期|"
        "送信日時|日時|보낸 날짜|날짜|ส่ง|วันที่|"
        "ngày|đã gửi|tanggal|dikirim|when|time"
    ),
    "subject": (
        "subject|betreff|objet|sujet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|předmět|"
        "predmet|tárgy|konu|aihe|тема|θέμα|נושא|الموضوع|主题|主旨|主題|件名|제목|เรื่อง|chủ đề|"
        "tiêu đề|subjek|subiect|teema"
    ),
    "more": (
        "cc|bcc|kopie|copie|copia|cópia|kopia|kopi|копия|копія|抄送|副本|참조|reply-to|"
        "reply to|antwort an|antwoord aan|répondre à|responder a|rispondi a|importance|priority|"
        "priorité|wichtigkeit|importancia|attachments|anlagen|organization|sender|mailed-by|"
        "resent-from|message-id|in-reply-to|references|list-id|x-mailer"
    ),
}

ORIGINAL = (
    "this is a copy of the message|below this line is a copy|original message|original email|"
    "original mail|original appointment|reply message|"
    "ursprüngliche nachricht|originalnachricht|original-nachricht|ursprüngliche mail|"
    "message d'origine|message d’origine|message original|message initial|mail original|"
    "courriel original|e-mail d'origine|message transféré|mensaje original|"
    "mensaje de origen|correo original|mensagem original|mensagem de origem|messaggio originale|"
    "messaggio originario|oorspronkelijk bericht|origineel bericht|ursprungligt meddelande|"
    "originalmeddelande|ursprungsmeddelande|opprinnelig melding|oprindelig meddelelse|"
    "oprindelig besked|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|"
    "wiadomość pierwotna|původní zpráva|pôvodná správa|eredeti üzenet|mesaj original|"
    "mesajul original|özgün ileti|orijinal mesaj|исходное сообщение|оригинальное сообщение|"
    "вихідне повідомлення|αρχικό μήνυμα|הודעה מקורית|الرسالة الأصلية|原始邮件|原始郵件|原始訊息|"
    "原邮件|邮件原件|元のメッセージ|オリジナルメッセージ|원본 메시지|원본 메일|"
    "원본메시지|tin nhắn gốc|thư gốc|"
    "pesan asli|ข้อความต้นฉบับ"
)

FORWARDED = (
    "forwarded message|forwarded by|begin forwarded message|forwarded|forward|"
    "weitergeleitete nachricht|weitergeleitete e-mail|anfang der weitergeleiteten nachricht|"
    "message transféré|message transmis|début du message transféré|début du message réexpédié|"
    "mensaje reenviado|inicio del mensaje reenviado|mensagem encaminhada|"
    "início da mensagem reencaminhada|mensagem reencaminhada|messaggio inoltrato|"
    "inizio messaggio inoltrato|inizio del messaggio inoltrato|doorgestuurd bericht|"
    "begin doorgestuurd bericht|vidarebefordrat meddelande|vidarebefordrat brev|"
    "videresendt melding|videresendt meddelelse|välitetty viesti|przekazana wiadomość|"
    "wiadomość przekazana|přeposlaná zpráva|preposlaná správa|továbbított üzenet|"
    "iletilen mesaj|пересылаемое сообщение|пересланное сообщение|"
    "начало переадресованного сообщения|"
    "переслане повідомлення|προωθημένο μήνυμα|הודעה שהועברה|رسالة محولة|رسالة مُعاد توجيهها|"
    "转发的邮件|转发邮件|轉寄的郵件|轉寄郵件|转发邮件信息|転送メッセージ|"
    "転送されたメッセージ|전달된 메시지|전달된 메일"
)

# How a device or a program signs for its owner; what follows on the line is the device's name.
SENT_FROM = (
    r"sent from|sent via|sent using|via superhuman|"
    r"sent (?:by|with) (?!(?:mistake|error|accident|love)\b)|"
    r"get (?:\[?)outlook for|someone from mobile|enviado desde|enviado do|enviado da|"
    r"enviado a partir|enviado (?:via|por|con) (?!error)|obtener outlook para|"
    r"obter o outlook para|baixe o outlook|envoyé de |envoyé depuis|envoyé à partir|"
    r"envoyé avec|envoyé par|envoyé d['’]|télécharger outlook|obtenir outlook|gesendet von|"
    r"gesendet mit|von meinem .{2,40} gesendet|von unterwegs gesendet|holen sie sich outlook|"
    r"outlook für|inviato da|inviato dal|inviato con|scarica outlook|ottieni outlook|"
    r"verzonden vanaf|verzonden met|verstuurd vanaf|verstuurd met|verzonden via|outlook voor|"
    r"skickat från|skickades från|skickat med|hämta outlook|sendt fra|sendt med|hent outlook|"
    r"lähetetty .{2,40}(?:sta|stä|lla)|hanki outlook|wysłane z|wysłano z|"
    r"pobierz program outlook|odesláno z|odoslané z|trimis de pe|gönderildi|отправлено с|"
    r"отправлено из|отправлено через|надіслано з|στάλθηκε από|נשלח מ|أرسلت من|发自我的|发自|"
    r"發自我的|發自|發送自|从我的|從我的|来自我的|iphoneから送信|androidから送信|"
    r"gửi từ|dikirim dari|ส่งจาก|"
    r"yahoo mail: search, organi[sz]e, conquer|"
    r"from my (?=.{0,12}(?:phone|ipad|ipod|mobile|android|blackberry|galaxy|tablet|cell))"
)

DISCLAIMS = (
    r"this (?:e-?mail|message|communication|transmission|letter)\b|the (?:information|contents?) "
    r"(?:contained |of |in )|(?:notice of )?confidentiality|privileged and confidential|"
    r"private and confidential|legal (?:disclaimer|notice)|disclaimer\b|if you are not the |"
    r"if you have received |please consider the environment|think before you print|"
    r"before printing|diese (?:e-mail|nachricht|mail)\b|der inhalt dieser|ce (?:message|courriel|"
    r"mail)\b|este (?:mensaje|correo|e-mail|email)\b|esta (?:mensagem|mensaje)\b|"
    r"la información contenida|aviso (?:legal|de confidencialidad)|le informazioni contenute|"
    r"(?:questo messaggio|questa e-?mail)\b|(?:dit (?:bericht|e-?mail(?:bericht)?))\b|"
    r"de informatie in|det här meddelandet|本邮件|本電子郵件|此邮件|此電子郵件|"
    r"本电子邮件|本メール|virus-free|"
    r"you received this|you are receiving this|you're receiving this|to unsubscribe|"
    r"to stop receiving|manage your subscription|visit this group|view this discussion"
)

# Without one of these nearby, the words above may be a customer's own.
DISCLAIMS_BY = (
    r"confidential|privilege|intended (?:only|solely|recipient|for)|in error|disclos|scanned|"
    r"checked for|avast|norton|the environment|vertraulich|vertrouwelijk|confiden[ct]|"
    r"destinatari|destinataire|riservat|adressat|bestemd|geheim|geadresseerd|konfiden|保密|机密|"
    r"機密|秘密|unsubscribe.{0,60}(?:https?:|click|send|visit|e-?mail to)|because you|"
    r"https?://groups|subscribed to"
)
