using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Homeostat.Client.Contract;
using Homeostat.Core.Actions;
using Homeostat.Core.Leases;
using Homeostat.Server.Api;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Homeostat.Server.Tests.Api;

/// <summary>The document says what the service does, no more and no less, and its examples work.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task Every_route_is_in_the_document_and_every_path_of_the_document_is_a_route()
    {
        await using var server = await TestServer.StartAsync();
        var text = await server.Http.GetStringAsync("openapi/v1.json", TestContext.Current.CancellationToken);
        var paths = JsonNode.Parse(text)!["paths"]!.AsObject();
        var documented = paths.SelectMany(path => path.Value!.AsObject().Select(method => $"{method.Key} {path.Key}"));

        var routes = server
            .Services.GetServices<EndpointDataSource>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .SelectMany(route =>
                route
                    .Metadata.GetMetadata<IHttpMethodMetadata>()!
                    .HttpMethods.Select(method =>
                        $"{method.ToLowerInvariant()} {route.RoutePattern.RawText!.Replace("**", "")}"
                    )
            );

        Assert.Equal(routes.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_example_is_a_body_that_is_read_without_a_complaint()
    {
        var places = new Places();
        foreach (var operation in ApiOperations.All.Where(operation => operation.Body is not null))
        {
            switch (JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(operation.Example!), operation.Body!))
            {
                case DecisionBody decision:
                    RequestReader.Read(decision, new("r"), new AgentId("a"), new LeaseId("l"), places);
                    break;
                case GrantBody grant:
                    GrantReader.Read(grant, new LeaseId("l"), null, TimeProvider.System.GetUtcNow(), places);
                    break;
                case EstateChangesBody changes:
                    ChangesReader.Read(changes, places);
                    break;
                case OutcomeBody or SqlBody:
                    break;
                case var other:
                    Assert.Fail($"{operation.Path}: {other}");
                    break;
            }
        }

        Assert.Empty(places.Errors);
    }

    [Fact]
    public void A_body_that_the_service_refuses_is_refused_by_the_schema_too()
    {
        var document = OpenApi.Build();
        var schema = document["paths"]!["/v1/decisions"]!["post"]!["requestBody"]!["content"]!["application/json"]![
            "schema"
        ]!;

        Assert.Equal("false", schema["additionalProperties"]!.ToJsonString());
        Assert.Equal(["operation", "effects"], schema["required"]!.AsArray().Select(name => (string)name!));
    }
}
