"""A last line of a report that credits AFP with having helped, in each language that has such a form."""

HELPED = (
    *(
        "Met dank aan AFP",
        "При підготовці використано матеріали AFP",
        "При подготовке материала использованы сообщения AFP",
    ),
    *("AFP contributed reporting.", "Reporting for this story was contributed by AFP."),
    *("Some information came from AFP.",),
    *("This report was compiled with AFP.", "This story was generated from a syndicated feed from AFP."),
    *("AFP przyczyniła się do powstania tego artykułu.", "AFP współtworzyła ten materiał", "We współpracy z AFP"),
    *("AFP долучилося до підготовки матеріалу.", "За участі AFP", "AFP участвовало в подготовке материала."),
    *("ساهمت وكالة فرانس برس في إعداد هذا التقرير.", "شاركت أ ف ب في كتابة هذا المقال", "بمساهمة أ ف ب"),
    *("AFP תרמה לכתבה.", "בהשתתפות AFP", "خبرگزاری فرانسه در تهیه این گزارش همکاری کرد.", "با همکاری AFP"),
    *("AFP对本报道亦有贡献。", "AFP對本文亦有貢獻", "取材協力：AFP", "AFPもこの記事に協力しました。"),
    *("AFP가 취재에 기여했습니다.", "एएफपी ने इस रिपोर्ट में योगदान दिया।", "AFP turut berkontribusi pada laporan ini"),
    *("AFP đã đóng góp cho bài viết này", "AFP допринесе за този материал", "AFP je doprineo ovom tekstu"),
    *("AFP ha contribuït a aquest article", "AFP k tomuto článku přispěla", "AFP közreműködött a cikk megírásában"),
    *("AFP on avustanut tämän jutun teossa", "AFP a contribuit la acest articol", "AFP katkısıyla"),
    *("AFP hat daran mitgewirkt", "In samenwerking met AFP", "I samarbete med AFP"),
)
