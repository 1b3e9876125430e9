"""The language of a text is named where it is clear, and only there."""

from __future__ import annotations

import pytest

from documents.text.detect_language import detect_language, find_main_language

TEXTS = {
    "ru": "Уважаемые коллеги, направляем вам счёт за поставку прошлого месяца.",
    "uk": "Шановні пані та панове, надсилаємо вам рахунок за поставку минулого місяця.",
    "be": "Паважаныя спадары, дасылаем вам рахунак за пастаўку мінулага месяца. Гэта ўсё.",
    "bg": "Уважаеми господа, изпращаме ви фактурата за доставката, която ще бъде платена.",
    "sr": "Поштовани, у прилогу вам шаљемо рачун који је за испоруку из прошлог месеца, али није.",
    "kk": "Құрметті әріптестер, өткен айдағы жеткізілім үшін шотты жібереміз.",
    "en": "Dear Sir, please find the invoice for last month's delivery.",
    "de": "Sehr geehrte Damen und Herren, anbei erhalten Sie die Rechnung für die Lieferung.",
    "fr": "Madame, Monsieur, veuillez trouver ci-joint la facture de notre livraison.",
    "es": "Estimados señores: les enviamos la factura de la entrega del mes pasado.",
    "it": "Gentili signori, in allegato la fattura della consegna del mese scorso.",
    "pt": "Prezados senhores, segue em anexo a fatura da entrega. Não há outras.",
    "nl": "Geachte heer, hierbij ontvangt u de factuur van de levering van vorige maand.",
    "pl": "Szanowni Państwo, w załączeniu przesyłam fakturę za dostawę z ubiegłego miesiąca.",
    "cs": "V příloze zasíláme fakturu za dodávku z minulého měsíce. Děkujeme, že jste s námi.",
    "tr": "Sayın yetkili, geçen ayki teslimat için faturayı gönderiyoruz. Bu bir hatırlatmadır.",
    "fi": "Hyvä asiakas, tässä on lasku viime kuun toimituksesta. Se on maksettava, kun voi.",
    "el": "Αξιότιμοι κύριοι, σας αποστέλλουμε το τιμολόγιο",
    "ja": "拝啓、先月分の請求書をお送りします。",
    "zh": "敬启者：随函附上上个月的发票。",
}


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_a_sentence_is_in_its_language(language: str) -> None:
    assert detect_language(TEXTS[language]) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A-123 XK-77 4411 QTY 12,5 MN/09",
        "1 234,56\n7 890,12\n100%",
        "Àííîòàöèÿ äîêóìåíòà ïî äîãîâîðó ïîñòàâêè",  # Russian under a false code page
        "Иlll-1 оп the гоо",
    ],
)
def test_what_has_no_language_gets_none(text: str) -> None:
    assert detect_language(text) == ""


LETTERS = [
    "От: Бухгалтерия\nКому: Иван\nДата: 02.03.2026\nТема: Договор поставки\n"
    "Вложения: договор.docx\nЗдравствуйте! Договор во вложении. С уважением, Анна",
    "От: Иван Петров Кому: Анна Сидорова Дата: 12.03.2026 10:00 Тема: Договор",
    "Договор от 12 марта, дата поставки, адрес склада",
]


@pytest.mark.parametrize("text", LETTERS)
def test_a_short_russian_letter_is_not_bulgarian(text: str) -> None:
    assert detect_language(text) == "ru"


@pytest.mark.parametrize(
    "text",
    [
        "Приложено ви изпращаме договора за наем. Моля да го подпишете и върнете.",
        "Здравейте, фактурата е приложена. Моля да я платите до края на месеца. Благодаря ви!",
        "Протокол от заседание на комисията, което се проведе в София през март",
    ],
)
def test_a_short_bulgarian_letter_is_not_russian(text: str) -> None:
    assert detect_language(text) in ("bg", "")
    assert detect_language(text, ("bg", "en")) == "bg"


def test_between_relatives_the_languages_of_the_archive_decide() -> None:
    text = "Договор за поставка, дата и адрес: София, от 12 март"
    assert detect_language(text, ("bg", "en")) == "bg"
    assert detect_language(text, ("ru", "en")) != "bg"


def test_names_in_another_script_do_not_change_the_language() -> None:
    assert detect_language(TEXTS["ru"] + " Microsoft Office, Debian GNU/Linux") == "ru"


def test_a_document_is_in_the_language_of_most_pages() -> None:
    assert find_main_language(["en", "ru", "", "ru"]) == "ru"
    assert find_main_language(["de", "ru"]) == "de"
    assert find_main_language(["", ""]) == ""
