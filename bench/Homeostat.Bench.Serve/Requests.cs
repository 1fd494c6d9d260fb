using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Homeostat.Bench.Serve;

/// <summary>Requests of HTTP/1.1 as bytes, made before the clock starts.</summary>
internal static class Requests
{
    public static byte[] Post<T>(string path, string token, T body, JsonTypeInfo<T> type) =>
        Post(path, token, JsonSerializer.Serialize(body, type));

    public static byte[] Post(string path, string token, string json) =>
        Encoding.UTF8.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}"
            )
        );

    public static byte[] Delete(string path, string token) =>
        Encoding.UTF8.GetBytes(
            $"DELETE {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n"
        );
}
