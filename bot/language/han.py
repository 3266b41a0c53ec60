"""Traditional Chinese characters as simplified ones, for matching: 謝謝 is 谢谢.

One character for one, so that spans in a text still hold. Only characters that our customers'
words and ours are made of; a customer's own words are never rewritten for them to read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TRADITIONAL: Final = (
    "個們來還麼這謝錢幾點對開關時間請問訂單預約為說話嗎給會過沒樣後從現長門問題電郵編號價費總"
    "計萬億兩雙邊裡裏進遠運動場車東西買賣貴實際應該確認決變換選擇擔優惠訊發達讓聽講語讀寫書學"
    "習歲嬰兒兄爺媽婦孫親戚參與傳統龍蝦魚雞飯麵醬綠茶鐵闆燒廚師爐煙餐廳桌椅盤碗過敏蘿蔔蔥薑"
    "蒜豬鴨貝蠔鮭鱈乾淨淺濕熱陽陰雲風雪災難傷險護絡線網頁圖畫頭臉腳藥醫療養齡壽節慶禮賀週鐘"
    "證據條約規則範圍屬於廣國園區縣鎮鄉樓層單雜記錄論談員業務務職責負資訊類種數據減滿隨將當"
    "盡願望氣質體驗處務復復檢查讚歡樂愛戀慮歸還倆嘗試麥葷紅酒搖搬掛幫辦壞壓機構極標準歷聯繫"
    "絕紹細組結終緊練繼續缺罷義聖聲腦臺葉號補裝複視覺覽觀計訪設許評詞該詳誤課調諒謊識譯議"
    "譽賬賞賠賴購贈趕跡踐軟較載輕輛輸轉農週遊違遞適選遲邀郵鄰釋針銀錯鍋鍵閉閒陸隊階險雖離"
    "經劃匯暫餘響頂項順須預領頻顆題額顧顯飛飲館駕騎驚髮鬧鮮鳥鹽黃黨齊齒煩騷擾簡鎖別閱碼"
)
_SIMPLIFIED: Final = (
    "个们来还么这谢钱几点对开关时间请问订单预约为说话吗给会过没样后从现长门问题电邮编号价费总"
    "计万亿两双边里里进远运动场车东西买卖贵实际应该确认决变换选择担优惠讯发达让听讲语读写书学"
    "习岁婴儿兄爷妈妇孙亲戚参与传统龙虾鱼鸡饭面酱绿茶铁板烧厨师炉烟餐厅桌椅盘碗过敏萝卜葱姜"
    "蒜猪鸭贝蚝鲑鳕干净浅湿热阳阴云风雪灾难伤险护络线网页图画头脸脚药医疗养龄寿节庆礼贺周钟"
    "证据条约规则范围属于广国园区县镇乡楼层单杂记录论谈员业务务职责负资讯类种数据减满随将当"
    "尽愿望气质体验处务复复检查赞欢乐爱恋虑归还俩尝试麦荤红酒摇搬挂帮办坏压机构极标准历联系"
    "绝绍细组结终紧练继续缺罢义圣声脑台叶号补装复视觉览观计访设许评词该详误课调谅谎识译议"
    "誉账赏赔赖购赠赶迹践软较载轻辆输转农周游违递适选迟邀邮邻释针银错锅键闭闲陆队阶险虽离"
    "经划汇暂余响顶项顺须预领频颗题额顾显飞饮馆驾骑惊发闹鲜鸟盐黄党齐齿烦骚扰简锁别阅码"
)
PLAIN: Final[Mapping[str, str]] = {
    old: new for old, new in zip(_TRADITIONAL, _SIMPLIFIED, strict=True) if old != new
}


def simplified(text: str) -> str:
    """The text in simplified characters, of the same length."""
    return text if text.isascii() else "".join(PLAIN.get(char, char) for char in text)
