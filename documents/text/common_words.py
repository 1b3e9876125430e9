"""Common short words of languages: is a text in a language, and in which? Data.

The commonest short words of a language make up a quarter to a half of running text. They are rare
in the result of a recognition in the wrong alphabet and in text of a font with a false encoding.
The lists are small on purpose: it is enough that nearly every page of real text has some of them.
"""

from __future__ import annotations

#: By ISO 639-1 code: what `ocr_worker.text_layer.language_check` judges by.
FUNCTION_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "ru": "и в во не на с со что по как к ко из за у от о об для или это его её ее их при до "
        "если но же бы так только также более между под над без был была было были быть будет "
        "есть он она они мы вы который которая которые которых может года год № все всех том "
        "этого этой эти чем после через перед согласно рублей руб срок работ договора",
        "uk": "і й та в у на з із що не до як за від для або це його її їх при про але же було є "
        "який яка які може також більше між під над без року згідно",
        "be": "і ў у на з што не да як за ад для або гэта яго яе іх пры пра але было",
        "bg": "и в на с от за да се не по като до са е този тази които който при или през към",
        "en": "the of and to in is that for it as was with be by on not he his but at are this "
        "have from or had an they which one you were all her she there would their we him been "
        "has when who will no more if out so can if any other such may these than its into",
        "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als "
        "auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie oder über",
        "fr": "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se "
        "ce il sont la avec son aux ou cette ont mais nous vous leur",
        "es": "de la que el en los del se las por un para con no una su al lo como más o pero sus "
        "le ha este sí porque esta entre cuando muy sin sobre",
        "it": "di che il la in un per del non una della con le si dei nel da al alla sono gli più "
        "come ma ed anche dal delle",
        "pt": "de que do da em um para com não uma os no se na por mais as dos como mas ao das à "
        "seu sua ou quando muito nos já também só pelo pela",
        "nl": "de van het een en in is dat op te zijn met voor niet aan er om ook als door bij",
        "pl": "w i na z się do nie że jest to o od za po jak przez dla oraz lub przy ale",
        "la": "et in est non ut ad cum sed ex qui quod si ac per sit amet nec vel ut id",
    }.items()
}

#: What tells languages apart besides: more common words, those of letters, invoices and forms, and
#: those of languages that resemble the ones above.
_TELLING_WORDS = {
    "ru": "где когда был него того чтобы нет ли уже ещё еще вас вам нас нам который этом "
    "счёт счет итого дата сумма адрес номер город телефон заказ товар цена всего директор акт "
    "руководитель организация приказ настоящий стороны заказчик исполнитель россия москва "
    "да ни пожалуйста здравствуйте уважением спасибо прошу просим тема кому вложения вложении "
    "договор договору договором поставки товара накладная протокол справка заявление письмо дня",
    "uk": "та що цей ця цього цьому вона вони вже ще коли де чи буде були бути має мають якого "
    "яких якщо після перед через тільки лише їхнє дата сума рахунок разом адреса місто договір "
    "договору сторони замовник виконавець україни україна київ",
    "be": "і што гэты гэтага гэтай калі дзе быў была былі быць мае яны яна ён ці або таксама "
    "толькі пасля перад праз дагавор сума дата адрас беларусь беларусі мінск",
    "bg": "ви ни ги го му има няма бъде ако защото са съм ще беше бяха това тези един една както "
    "след преди между само още всички може дата сума адрес договор българия софия господин "
    "моля благодаря уважение господа тема относно приложено фактура договора протокол дни",
    "sr": "и у на је да се за са не од су као што који која које или али када ово овај ова али "
    "био била било бити може пре после између само још датум износ србије србија београд",
    "kk": "және мен бен пен да де бұл ол бір үшін немесе деп осы сол болып болды болған еді "
    "бойынша туралы арқылы кейін дейін қазақстан республикасы жылғы күні шарт теңге",
    "mk": "и во на да се за од со не е што го ќе ги како или ова овој оваа може биде меѓу само",
    "en": "do did does about our my your me us up what how them then some could should must only "
    "also between before after under over date total invoice number name address page amount tax "
    "cash change price paid item items qty order dear sincerely phone tel street please thank",
    "de": "ich wir ihr nur aber durch bis zum zur vom kann wenn haben hier dieser diese dieses "
    "mehr war waren datum seite rechnung betrag summe straße herr frau gmbh mwst euro gesamt",
    "fr": "je vous nous à été être cette ces ses sa mes votre notre fait peut tout tous même si "
    "ainsi entre depuis sans sous où date montant facture total rue monsieur madame tva euros",
    "es": "y es son fue ser está están hay también todo todos esto eso ya si desde hasta donde "
    "nos usted ustedes fecha total factura importe calle señor señora iva euros número",
    "it": "è e sia era essere questo questa questi nella nello sul sulla tra fra ha hanno cui "
    "quando dove solo tutti tutto suo sua data totale fattura importo via signor iva euro numero",
    "pt": "é e foi ser está são há isto esse essa este esta todo todos até sem sobre entre depois "
    "você lhe data total fatura valor rua senhor iva euros número",
    "nl": "ik je wij we hij zij ze deze dit die wordt worden heeft hebben kan naar over uit tot "
    "meer maar nog wel datum bedrag totaal factuur straat heer mevrouw btw euro",
    "pl": "a są był była było być tym tego tej ten ta te który która które może już tylko także "
    "pod nad między po przed data kwota faktura razem ulica pan pani numer umowa złotych",
    "cs": "a v na se je že s z do o i k ve pro za by si ale jako po od tak jsem jsou byl byla "
    "bylo být podle nebo které který která jeho při více také datum celkem faktura ulice číslo",
    "sk": "a v na sa je že s z do o aj k vo pre za by si ale ako po od tak som sú bol bola bolo "
    "byť podľa alebo ktoré ktorý ktorá jeho pri viac tiež dátum spolu faktúra ulica číslo",
    "ro": "și în de la cu pe nu o un să din este pentru care sunt ca mai sau fi au prin după "
    "această acest lui ale dar fost data total factura suma",
    "tr": "ve bir bu da de için ile olarak çok daha olan gibi en kadar sonra ne ya değil o her "
    "var olduğu tarafından göre tarih toplam fatura tutar",
    "sv": "och i att det som en på är av för med till den har de inte om ett han men var jag sig "
    "från vi så kan efter eller vid datum summa faktura gata",
    "da": "og i at det som en på er af for med til den har de ikke om et han men var jeg sig fra "
    "vi så kan efter eller ved ud blev være dato beløb faktura",
    "no": "og i at det som en på er av for med til den har de ikke om et han men var jeg seg fra "
    "vi så kan etter eller ved ut ble være dato beløp faktura",
    "fi": "ja on ei se että oli hän mutta ovat joka ole kun mukaan myös tai sekä kuin niin jos "
    "vain voi ovat olla sen ne päivä yhteensä lasku",
    "hu": "a az és hogy nem is egy van meg de ez ha csak már még mint vagy volt el ki kell lesz "
    "szerint dátum összesen számla",
    "lt": "ir yra kad į iš su tai ne kaip bei už buvo bet ar nuo per apie pagal jo jos data suma",
    "lv": "un ir ka uz no ar par tas ne kas pēc vai bija kā līdz bet šī viņš datums summa",
    "et": "ja on ei et see oli kui ta mis ka oma ning või kes aga siis pärast kuupäev summa",
    "hr": "i u na je da se za su od s ne kao što koji koja koje ili ali kada ovo bio bila bilo "
    "biti može prije poslije između samo još datum iznos račun ukupno",
    "uz": "va bu bilan uchun bir ham esa deb har yoki boʻlgan emas uning shu kerak boʻyicha",
    "la": "ipsum lorem dolor sunt esse eius atque enim etiam quae hoc tamen aut neque",
}

#: By ISO 639-1 code: all of them, for naming a text's language.
COMMON_WORDS = {
    language: FUNCTION_WORDS.get(language, frozenset()) | frozenset(words.split())
    for language, words in _TELLING_WORDS.items()
}
