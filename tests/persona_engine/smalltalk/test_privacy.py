"""Who asks plainly what is kept of them, who reads it or how to delete it is told the commands for that."""

import pytest

from community.types import NoEntitlements
from kernel.lang import SUPPORTED
from persona_engine.decisions import Asked, PersonaContext
from persona_engine.respond import Persona
from persona_engine.smalltalk import Intent, recognise
from tests.persona_engine.stand_ins import AVATAR, FOUND, Known

ASKED = {
    "en": ("How do I delete my data?", "please delete my messages", "Who can read this chat?"),
    "zh-Hans": ("怎么删除我的数据？", "请删除我的聊天记录", "谁能看到我的消息？"),
    "zh-Hant": ("怎麼刪除我的資料？", "請刪除我的聊天記錄", "誰能看到我的訊息？"),
    "ja": ("データを削除してください", "私のデータはどうやって消せますか？", "誰がこのチャットを見ますか？"),
    "ko": ("내 데이터를 어떻게 삭제해요?", "제 메시지를 지워 주세요", "누가 제 메시지를 볼 수 있어요?"),
    "es": ("¿Cómo puedo borrar mis datos?", "borra mis mensajes", "¿Quién puede leer esto?"),
    "pt": ("Como posso apagar meus dados?", "apague minhas mensagens", "Quem pode ler isto?"),
    "fr": ("Comment supprimer mes données ?", "Efface mes messages", "Qui peut lire ce chat ?"),
    "de": ("Wie kann ich meine Daten löschen?", "Lösche meine Nachrichten", "Wer liest hier mit?"),
    "ru": ("Как удалить мои данные?", "Удалите мои сообщения", "Кто может читать этот чат?"),
    "uk": ("Як видалити мої дані?", "Видаліть мої повідомлення", "Хто може читати цей чат?"),
    "tr": ("Verilerimi nasıl silerim?", "Mesajlarımı sil", "Mesajlarımı kim okuyor?"),
    "ar": ("كيف أحذف بياناتي؟", "احذف رسائلي", "من يقرأ رسائلي؟"),
    "fa": ("چطور اطلاعاتم را پاک کنم؟", "اطلاعاتم را پاک کن", "حریم خصوصی؟"),
    "hi": ("मैं अपना डेटा कैसे हटाऊं?", "मेरा डेटा हटा दो", "मेरे संदेश कौन पढ़ता है?"),
    "id": ("Bagaimana cara menghapus data saya?", "Hapus pesan saya", "Siapa yang bisa membaca obrolan ini?"),
    "vi": ("Làm sao để xóa dữ liệu của tôi?", "Xóa tin nhắn của tôi", "Ai có thể đọc tin nhắn của tôi?"),
    "th": ("ลบข้อมูลของฉันได้ยังไง", "ช่วยลบข้อความของฉัน", "ใครเห็นข้อความของฉันได้บ้าง"),
}  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, row in ASKED.items() for text in row])
async def test_it_is_answered_with_the_commands(lang: str, text: str) -> None:
    found = recognise(text, prefer=(lang,))
    assert found is not None
    assert found.intent is Intent.PRIVACY
    persona = Persona(Known(FOUND), NoEntitlements())
    made = await persona.respond(
        Asked(1, 1, 1, 1, 1, "Ana", text, "webchat", chosen_language=lang), PersonaContext(AVATAR, None)
    )
    assert (made.outcome, made.lang) == ("smalltalk:privacy", lang)
    (part,) = made.parts
    assert all(command in part.text for command in ("/privacy", "/export", "/forgetme"))
    assert [each.text for each in part.buttons] == ["/privacy", "/forgetme"]


def test_every_language_is_there() -> None:
    assert ASKED.keys() == set(SUPPORTED)


@pytest.mark.parametrize(
    "text",
    [
        "How do I delete the background of a photo?",
        "Who reads the news these days?",
        "What do you think about privacy on phones?",
        "¿Cómo borro el fondo de una foto?",
        "我怎么删除照片的背景？",
    ],
)
def test_what_only_sounds_like_it_is_a_question(text: str) -> None:
    assert recognise(text) is None
