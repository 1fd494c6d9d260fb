using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Homeostat.Client.Contract;

namespace Homeostat.Server.Api;

/// <summary>A request that is not answered, and what the caller is told instead.</summary>
internal sealed class ProblemException(int status, string title, string? detail = null) : Exception(title)
{
    public ProblemBody Body { get; init; } =
        new()
        {
            Title = title,
            Status = status,
            Detail = detail,
        };

    public static ProblemException Of(Places places) =>
        new(StatusCodes.Status400BadRequest, "the body is not valid")
        {
            Body = new ProblemBody
            {
                Title = "the body is not valid",
                Status = StatusCodes.Status400BadRequest,
                Errors = places.Errors,
            },
        };
}

/// <summary>Reads bodies strictly, within their limits of size and time, and writes answers.</summary>
internal static class Exchange
{
    private const string ProblemType = "application/problem+json";

    /// <exception cref="ProblemException">It is no JSON of this shape, too large or too slow.</exception>
    public static async Task<(T Body, byte[] Bytes)> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType,
                "the body is not JSON",
                "send Content-Type: application/json"
            );
        }

        var bytes = await ReadBytesAsync(context);
        try
        {
            var body =
                JsonSerializer.Deserialize(bytes, type)
                ?? throw new ProblemException(StatusCodes.Status400BadRequest, "the body is null; expected an object");
            return (body, bytes);
        }
        catch (JsonException error)
        {
            var at = error.Path is { Length: > 2 } path ? path[2..] : "body";
            var places = new Places();
            places.Refuse(at, $"line {error.LineNumber + 1}: {FirstSentence(error.Message)}");
            throw ProblemException.Of(places);
        }
    }

    public static Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type, int status = 200) =>
        WriteAsync(context, answer, type, status, "application/json");

    public static Task WriteProblemAsync(HttpContext context, ProblemBody problem) =>
        WriteAsync(context, problem, ContractJson.Default.ProblemBody, problem.Status, ProblemType);

    private static async Task WriteAsync<T>(
        HttpContext context,
        T answer,
        JsonTypeInfo<T> type,
        int status,
        string contentType
    )
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static async Task<byte[]> ReadBytesAsync(HttpContext context)
    {
        using var patience = new CancellationTokenSource(Limits.BodyTimeout);
        var reader = context.Request.BodyReader;
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(patience.Token);
                if (read.Buffer.Length > Limits.BodyBytes)
                {
                    reader.AdvanceTo(read.Buffer.End);
                    throw new ProblemException(
                        StatusCodes.Status413PayloadTooLarge,
                        $"the body has more than {Limits.BodyBytes} bytes"
                    );
                }

                if (read.IsCompleted)
                {
                    var bytes = read.Buffer.ToArray();
                    reader.AdvanceTo(read.Buffer.End);
                    return bytes;
                }

                reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw new ProblemException(
                StatusCodes.Status408RequestTimeout,
                $"the body took longer than {Limits.BodyTimeout.TotalSeconds:0} s"
            );
        }
    }

    private static string FirstSentence(string text) =>
        text.IndexOf(" Path:", StringComparison.Ordinal) is > 0 and var end ? text[..end] : text;
}
