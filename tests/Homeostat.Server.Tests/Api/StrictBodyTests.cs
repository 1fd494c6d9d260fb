using System.Net.Http.Headers;
using System.Text;

namespace Homeostat.Server.Tests.Api;

/// <summary>A body that is not understood in full is refused, with the place and what would be accepted.</summary>
public sealed class StrictBodyTests
{
    public static TheoryData<string, int, string> Bodies =>
        new()
        {
            { """{"operation":"x","effects":[{"do":"stop","id":"web-1"}],"force":true}""", 400, "force" },
            { """{"operation":"x","operation":"y","effects":[{"do":"stop","id":"web-1"}]}""", 400, "operation" },
            { """{"operation":"x","effects":[{"do":"stopp","id":"web-1"}]}""", 400, "effects[0].do" },
            { """{"operation":"x","effects":[{"do":"stop","id":""}]}""", 400, "effects[0].id" },
            { """{"operation":"x","effects":[{"do":"change","id":"web-1","key":"a"}]}""", 400, "effects[0].value" },
            { """{"operation":"x","effects":[]}""", 400, "a request without any does nothing" },
            { """{"operation":"x","effects":null}""", 400, "effects" },
            { """{"effects":[{"do":"stop","id":"web-1"}]}""", 400, "operation" },
            { "null", 400, "expected an object" },
            { "{", 400, "line 1" },
            { "", 400, "line 1" },
            { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 400, "body" },
        };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_says_more_or_less_than_is_understood_is_refused(string body, int status, string says)
    {
        await using var server = await TestServer.StartAsync();
        await server.TellAsync("running", null, "web-1");
        var secret = (await server.Operator.GrantAsync(TestServer.Body("lease"))).Secret!;
        var before = server.Plane.Log.Size;

        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/decisions");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains(says, text, StringComparison.Ordinal);
        Assert.Equal(before, server.Plane.Log.Size);
    }

    [Fact]
    public async Task Every_place_that_is_wrong_is_told_at_once()
    {
        await using var server = await TestServer.StartAsync();
        var secret = (await server.Operator.GrantAsync(TestServer.Body("lease"))).Secret!;
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/decisions");
        request.Content = new StringContent(
            """{"operation":"","effects":[{"do":"stop","id":""},{"do":"grant","id":"a"}],"payloadHash":"XYZ"}""",
            Encoding.UTF8,
            "application/json"
        );
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.All(
            (string[])["operation", "effects[0].id", "effects[1].principal", "effects[1].privilege", "payloadHash"],
            place => Assert.Contains($"\"at\":\"{place}\"", text, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Another_content_type_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        var secret = (await server.Operator.GrantAsync(TestServer.Body("lease"))).Secret!;
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/decisions");
        request.Content = new StringContent("operation=x", Encoding.UTF8, "application/x-www-form-urlencoded");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(415, (int)response.StatusCode);
    }
}
