from __future__ import annotations

from django.urls import path

from sesshu.protection.accounts import contract_views, request_views, review_views, role_views, views

app_name = "accounts"
urlpatterns = [
    path("", views.account_list, name="list"),
    path("new/", request_views.open_account, name="open"),
    path("<int:pk>/", views.account_page, name="account"),
    path("<int:pk>/grant/", views.grant, name="grant"),
    path("<int:pk>/narrow/", views.narrow, name="narrow"),
    path("<int:pk>/resume/", views.resume, name="resume"),
    path("grants/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("unused/", views.unused, name="unused"),
    path("on-duty/", views.on_duty, name="on-duty"),
    path("requests/", request_views.request_list, name="requests"),
    path("requests/<int:pk>/", request_views.request_page, name="request"),
    path("requests/<int:pk>/decide/", request_views.decide, name="decide"),
    path("requests/<int:pk>/take-back/", request_views.take_back, name="take-back"),
    path("roles/", role_views.role_table, name="roles"),
    path("roles/<slug:code>/", role_views.role_edit, name="role"),
    path("contracts/", contract_views.contract_list, name="contracts"),
    path("contracts/new/", contract_views.contract_new, name="contract-new"),
    path("contracts/<int:pk>/end/", contract_views.contract_end, name="contract-end"),
    path("personnel/", contract_views.personnel_import, name="personnel"),
    path("personnel/<int:pk>/", contract_views.personnel_file, name="personnel-file"),
    path("shared-ids/", contract_views.shared_ids, name="shared-ids"),
    path("reviews/", review_views.campaigns, name="reviews"),
    path("reviews/<int:pk>/", review_views.campaign, name="review"),
    path("reviews/<int:pk>/sign-off/", review_views.sign_off, name="sign-off"),
    path("reviews/items/<int:pk>/", review_views.decide, name="review-decide"),
]
