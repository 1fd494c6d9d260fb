using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
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

    /// <summary>Where an answer is written before it is copied into the response, so that its length stands in front.</summary>
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_json;

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
        var json = s_json ??= new ArrayBufferWriter<byte>();
        json.ResetWrittenCount();
        using (var writer = new Utf8JsonWriter(json))
        {
            JsonSerializer.Serialize(writer, answer, type);
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = json.WrittenCount;
        var body = context.Response.BodyWriter;
        body.Write(json.WrittenSpan);
        if (json.Capacity > Limits.KeptAnswerBytes)
        {
            s_json = null;
        }

        await body.FlushAsync(context.RequestAborted);
    }

    /// <summary>Most bodies come with their heads; only one that is still on its way is waited for, and no longer than the limit.</summary>
    private static ValueTask<byte[]> ReadBytesAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        if (!reader.TryRead(out var read))
        {
            return new ValueTask<byte[]>(WaitForBytesAsync(reader));
        }

        if (TryTake(reader, read, out var bytes))
        {
            return ValueTask.FromResult(bytes);
        }

        return new ValueTask<byte[]>(WaitForBytesAsync(reader));
    }

    private static async Task<byte[]> WaitForBytesAsync(PipeReader reader)
    {
        using var patience = new CancellationTokenSource(Limits.BodyTimeout);
        try
        {
            while (true)
            {
                if (TryTake(reader, await reader.ReadAsync(patience.Token), out var bytes))
                {
                    return bytes;
                }
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

    /// <summary>The whole body, where it is there.</summary>
    private static bool TryTake(PipeReader reader, ReadResult read, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (read.Buffer.Length > Limits.BodyBytes)
        {
            reader.AdvanceTo(read.Buffer.End);
            throw new ProblemException(
                StatusCodes.Status413PayloadTooLarge,
                $"the body has more than {Limits.BodyBytes} bytes"
            );
        }

        if (!read.IsCompleted)
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            return false;
        }

        bytes = read.Buffer.ToArray();
        reader.AdvanceTo(read.Buffer.End);
        return true;
    }

    private static string FirstSentence(string text) =>
        text.IndexOf(" Path:", StringComparison.Ordinal) is > 0 and var end ? text[..end] : text;
}
