"""The skills a bank starts with; from then on they are its own rows."""

from apps.talent.models import Skill

SKILLS = [  # code, area, name, name_en
    ("credit", "business", "信贷与风险", "Credit and risk"),
    ("retail", "business", "零售与财富", "Retail and wealth"),
    ("corporate", "business", "公司与普惠", "Corporate and inclusive finance"),
    ("trade", "business", "交易银行与跨境", "Transaction banking and cross-border"),
    ("compliance", "business", "法律与合规", "Law and compliance"),
    ("data", "digital", "数据分析与建模", "Data analysis and modelling"),
    ("ai", "digital", "人工智能应用", "Applied artificial intelligence"),
    ("development", "digital", "系统开发与架构", "Development and architecture"),
    ("security", "digital", "信息安全", "Information security"),
    ("experience", "digital", "客户体验设计", "Customer experience design"),
    ("product", "leading", "产品管理", "Product management"),
    ("project", "leading", "项目管理", "Project management"),
    ("growth", "leading", "运营与增长", "Operations and growth"),
    ("change", "leading", "团队与变革领导", "Leading teams and change"),
]


def seed_skills() -> None:
    """Write the skills unless there are some already."""
    if not Skill.objects.exists():
        Skill.objects.bulk_create(
            Skill(code=code, area=area, name=name, name_en=name_en, order=order)
            for order, (code, area, name, name_en) in enumerate(SKILLS)
        )
