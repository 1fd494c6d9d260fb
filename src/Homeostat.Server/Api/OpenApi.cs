using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Homeostat.Client.Contract;

namespace Homeostat.Server.Api;

/// <summary>
/// The OpenAPI 3.1 document. Its schemas are made from the types that read and write the bodies, so that both say the same.
/// </summary>
internal static partial class OpenApi
{
    public const string Path = "/openapi/v1.json";

    private static readonly Lazy<byte[]> Document = new(() =>
        JsonSerializer.SerializeToUtf8Bytes(Build(), Json.JsonNode)
    );

    private static readonly JsonSchemaExporterOptions Schemas = new() { TreatNullObliviousAsNonNullable = true };

    private static OpenApiJson Json => OpenApiJson.Default;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(
            Path,
            async context =>
            {
                context.Response.ContentType = "application/json";
                await context.Response.Body.WriteAsync(Document.Value, context.RequestAborted);
            }
        );

    internal static JsonObject Build()
    {
        var paths = new JsonObject();
        foreach (var path in ApiOperations.All.GroupBy(operation => operation.Path))
        {
            var methods = new JsonObject();
            foreach (var operation in path)
            {
                methods[operation.Method.ToLowerInvariant()] = Of(operation);
            }

            paths[path.Key] = methods;
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Homeostat",
                ["version"] = "v1",
                ["description"] = "Bodies are read strictly: an unknown or a repeated member is refused.",
            },
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = "the operator's token, the estate's, or the secret of a lease",
                    },
                },
            },
        };
    }

    private static JsonObject Of(ApiOperation operation)
    {
        var document = new JsonObject
        {
            ["operationId"] = Name().Replace($"{operation.Method.ToLowerInvariant()}{operation.Path}", "_").Trim('_'),
            ["summary"] = operation.Summary,
            ["description"] = operation.Token is { } token ? $"token: {token}" : "takes no token",
            ["parameters"] = new JsonArray([.. Parameters(operation)]),
            ["responses"] = new JsonObject
            {
                [$"{operation.Status}"] = Answer(operation),
                ["default"] = Content(
                    "a problem (RFC 9457)",
                    "application/problem+json",
                    Schema(ContractJson.Default.ProblemBody)
                ),
            },
        };
        if (operation.Token is not null)
        {
            document["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() });
        }

        if (operation is { Body: { } body, Example: { } example })
        {
            document["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = new JsonObject
                {
                    ["application/json"] = new JsonObject
                    {
                        ["schema"] = Schema(body),
                        ["example"] = JsonNode.Parse(example),
                    },
                },
            };
        }

        return document;
    }

    private static JsonObject Answer(ApiOperation operation) =>
        Content("the answer", operation.AnswerType, operation.Answer is { } answer ? Schema(answer) : new JsonObject());

    private static JsonObject Content(string description, string type, JsonNode schema) =>
        new()
        {
            ["description"] = description,
            ["content"] = new JsonObject { [type] = new JsonObject { ["schema"] = schema } },
        };

    private static JsonNode Schema(JsonTypeInfo type) => type.GetJsonSchemaAsNode(Schemas);

    private static IEnumerable<JsonNode> Parameters(ApiOperation operation)
    {
        foreach (Match match in InPath().Matches(operation.Path))
        {
            yield return Parameter(
                match.Groups["name"].Value,
                "path",
                $"the {match.Groups["name"].Value}",
                isRequired: true
            );
        }

        foreach (var (name, description) in operation.Parameters)
        {
            yield return Parameter(
                name,
                char.IsAsciiLetterUpper(name[0]) ? "header" : "query",
                description,
                isRequired: false
            );
        }
    }

    private static JsonObject Parameter(string name, string place, string description, bool isRequired) =>
        new()
        {
            ["name"] = name,
            ["in"] = place,
            ["required"] = isRequired,
            ["description"] = description,
            ["schema"] = new JsonObject { ["type"] = "string" },
        };

    [GeneratedRegex(@"\{(?<name>[a-z]+)\}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 100)]
    private static partial Regex InPath();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.CultureInvariant, 100)]
    private static partial Regex Name();
}

[System.Text.Json.Serialization.JsonSerializable(typeof(JsonNode))]
internal sealed partial class OpenApiJson : System.Text.Json.Serialization.JsonSerializerContext;
