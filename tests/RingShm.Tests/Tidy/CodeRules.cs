using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RingShm.Tests.Tidy;

/// <summary>What no file of the library, or no file at all, may hold.</summary>
internal static partial class CodeRules
{
    public const int MaxLines = 400;

    private static readonly string[] Kinds = ["Spsc", "Mpmc", "Broadcast", "State"];

    /// <summary>The order belongs into the call's name, not into a field's type.</summary>
    public static IEnumerable<string> VolatileKeyword(SourceFile file) =>
        from token in Syntax.Parse(file).DescendantTokens()
        where token.IsKind(SyntaxKind.VolatileKeyword)
        select $"{file.Path}:{Syntax.LineOf(token)}: the volatile keyword";

    /// <summary>Protocols order memory through the seam, or the model checker does not see it.</summary>
    public static IEnumerable<string> OrderBesideTheSeam(SourceFile file) =>
        Kinds.Contains(file.Layer) ? Members(file, "Volatile", "Interlocked") : [];

    /// <summary>Protocols read and write memory through the seam: no pointer of theirs is followed elsewhere.</summary>
    public static IEnumerable<string> PointerBesideTheSeam(SourceFile file) =>
        from node in Kinds.Contains(file.Layer) ? Syntax.Parse(file).DescendantNodes() : []
        where node.IsKind(SyntaxKind.PointerIndirectionExpression) || node.IsKind(SyntaxKind.PointerMemberAccessExpression)
        select $"{file.Path}:{Syntax.LineOf(node)}: {node} beside the seam";

    /// <summary>Who waits, waits in Waiting.</summary>
    public static IEnumerable<string> SleepOutsideWaiting(SourceFile file) => file.Layer == "Waiting"
        ? []
        : Members(file, "Thread", "Task").Where(call => SleepPattern().IsMatch(call));

    /// <summary>Times of the day are for people to read, and Layout has them; what waits must not notice that somebody sets the clock.</summary>
    public static IEnumerable<string> WallClock(SourceFile file) => file.Layer == "Layout"
        ? []
        : Members(file, "DateTime", "DateTimeOffset", "TimeProvider").Where(call => NowPattern().IsMatch(call));

    public static IEnumerable<string> LongFile(SourceFile file)
    {
        int lines = file.Text.TrimEnd('\n').Split('\n').Length;
        if (lines > MaxLines)
            yield return $"{file.Path}: {lines} lines, more than {MaxLines}";
    }

    /// <summary>Paths of somebody's machine, and promises that nobody keeps.</summary>
    public static IEnumerable<string> ForbiddenText(SourceFile file)
    {
        string[] lines = file.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            if (ForbiddenPattern().Match(lines[i]) is { Success: true } match)
                yield return $"{file.Path}:{i + 1}: {match.Value}";
        }
    }

    private static IEnumerable<string> Members(SourceFile file, params string[] types) =>
        from access in Syntax.All<MemberAccessExpressionSyntax>(file)
        where types.Contains(access.Expression.ToString().Split('.')[^1])
        select $"{file.Path}:{Syntax.LineOf(access)}: {access}";

    [GeneratedRegex(@"Thread\.Sleep\b|Task\.Delay\b")]
    private static partial Regex SleepPattern();

    [GeneratedRegex(@"\.(?:Now|UtcNow|Today|System)$")]
    private static partial Regex NowPattern();

    // The brackets keep this line from refusing itself.
    [GeneratedRegex(@"(?<![\w.~])/(?:wor[k]|roo[t])/|\bTO[D]O\b|\bFIX[M]E\b|\bHA[C]K\b|\bNotImplemented[E]xception\b")]
    private static partial Regex ForbiddenPattern();
}
