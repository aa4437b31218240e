"""The addresses of the door: signing in and out, invitations, second factors, sessions. Names with a `_` are django-allauth's."""

from django.urls import path

from penstock.web.entrance import invitation, keys, knocking, link, second_factor

urlpatterns = [
    path("sign-in", knocking.SignIn.as_view(), name="sign-in"),
    path("sign-in", knocking.SignIn.as_view(), name="account_login"),
    path("sign-in/forgot", knocking.forgotten, name="sign-in-forgot"),
    path("sign-in/again", knocking.Again.as_view(), name="account_reauthenticate"),
    path("sign-in/again/code", second_factor.Again.as_view(), name="mfa_reauthenticate"),
    path("sign-in/again/key", keys.Again.as_view(), name="mfa_reauthenticate_webauthn"),
    path("sign-in/second", second_factor.Ask.as_view(), name="mfa_authenticate"),
    path("sign-in/key", keys.SignIn.as_view(), name="mfa_login_webauthn"),
    path("sign-in/<str:secret>", link.SignInByLink.as_view(), name="sign-in-link"),
    path("sign-out", knocking.sign_out, name="sign-out"),
    path("invitation/<str:secret>", invitation.answered, name="invitation"),
    path("me/second", second_factor.Overview.as_view(), name="mfa_index"),
    path("me/second/app", second_factor.App.as_view(), name="mfa_activate_totp"),
    path("me/second/app/off", second_factor.AppOff.as_view(), name="mfa_deactivate_totp"),
    path("me/second/codes", second_factor.Codes.as_view(), name="mfa_view_recovery_codes"),
    path("me/second/codes/new", second_factor.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("me/second/keys", second_factor.Overview.as_view(), name="mfa_list_webauthn"),
    path("me/second/keys/new", keys.Add.as_view(), name="mfa_add_webauthn"),
    path("me/second/keys/<int:pk>", keys.Rename.as_view(), name="mfa_edit_webauthn"),
    path("me/second/keys/<int:pk>/off", keys.Off.as_view(), name="mfa_remove_webauthn"),
]
