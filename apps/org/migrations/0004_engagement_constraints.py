from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('org', '0003_engagement'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role', 'auditor'), _negated=True), models.Q(('ends__isnull', False), ('engagement__isnull', False), ('until_at__isnull', False)), _connector='OR'), name='post_auditor_has_an_engagement'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.UniqueConstraint(condition=models.Q(('engagement', None), ('line', None), ('revoked_on', None)), fields=('person', 'unit', 'role', 'starts'), name='post_once_for_all_lines'),
        ),
        migrations.AddConstraint(
            model_name='engagement',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gt', models.F('begins'))), name='engagement_ends_after_it_begins'),
        ),
    ]
