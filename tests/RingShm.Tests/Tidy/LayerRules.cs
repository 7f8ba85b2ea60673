using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RingShm.Tests.Tidy;

/// <summary>Arrows between the folders of src/RingShm go one way, and bytes have one home.</summary>
internal static class LayerRules
{
    private static readonly string[] BelowTheKinds = ["Layout", "Memory", "Interop", "Liveness", "Mapping", "Waiting"];

    /// <summary>What each folder may know of the others. The root namespace's options and exceptions are everybody's.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Layout"] = [],
        ["Memory"] = [],
        ["Interop"] = [],
        ["Liveness"] = ["Layout", "Memory", "Interop"],
        ["Mapping"] = ["Layout", "Memory", "Interop"],
        ["Waiting"] = ["Memory", "Interop"],
        ["Spsc"] = BelowTheKinds,
        ["Mpmc"] = BelowTheKinds,
        // A broadcast ring's writers are MPMC producers that find their room otherwise (docs/adr/0009).
        ["Broadcast"] = [.. BelowTheKinds, "Mpmc"],
        ["State"] = BelowTheKinds,
    };

    /// <summary>Who may read a layout's named offsets besides Layout itself: the identity's and the rows' only users.</summary>
    private static readonly Dictionary<string, string> OffsetUsers = new()
    {
        ["HeaderLayout"] = "Mapping",
        ["RowLayout"] = "Liveness",
    };

    /// <summary>A folder that names another one that it must not know.</summary>
    public static IEnumerable<string> ForbiddenArrows(SourceFile file)
    {
        if (file.Layer != "" && !Arrows.ContainsKey(file.Layer))
            yield return $"{file.Path}: the folder {file.Layer} has no arrows in {nameof(LayerRules)}";
        string[] allowed = file.Layer == "" ? [.. Arrows.Keys] : Arrows.GetValueOrDefault(file.Layer, []);
        foreach ((string target, int line) in FoldersNamed(file).Distinct())
        {
            if (target != file.Layer && !allowed.Contains(target))
                yield return $"{file.Path}:{line}: {(file.Layer == "" ? "the root" : file.Layer)} must not know {target}";
        }
    }

    /// <summary>A named offset used outside the folders that it belongs to.</summary>
    public static IEnumerable<string> StrayOffsets(SourceFile file)
    {
        foreach (MemberAccessExpressionSyntax access in Syntax.All<MemberAccessExpressionSyntax>(file))
        {
            string type = access.Expression.ToString().Split('.')[^1];
            string member = access.Name.Identifier.Text;
            if (type.EndsWith("Layout", StringComparison.Ordinal) && member.EndsWith("Offset", StringComparison.Ordinal)
                && file.Layer != "Layout" && OffsetUsers.GetValueOrDefault(type) != file.Layer)
                yield return $"{file.Path}:{Syntax.LineOf(access)}: {type}.{member} outside its home";
        }
    }

    /// <summary>A bare number of 8 or more in a sum outside Layout: an offset that nobody named.</summary>
    public static IEnumerable<string> BareOffsets(SourceFile file)
    {
        const double SmallestWord = 8;
        if (file.Layer == "Layout")
            yield break;
        foreach (BinaryExpressionSyntax sum in Syntax.All<BinaryExpressionSyntax>(file).Where(sum => sum.OperatorToken.Text is "+" or "-"))
        {
            foreach (LiteralExpressionSyntax literal in new[] { sum.Left, sum.Right }.OfType<LiteralExpressionSyntax>())
            {
                if (literal.Token.Value is int or uint or long or ulong
                    && Convert.ToDouble(literal.Token.Value, CultureInfo.InvariantCulture) >= SmallestWord)
                    yield return $"{file.Path}:{Syntax.LineOf(sum)}: {sum} has a bare offset; only Layout knows offsets";
            }
        }
    }

    private static IEnumerable<(string Folder, int Line)> FoldersNamed(SourceFile file)
    {
        // A file's own type may be called like a folder.
        HashSet<string> own = [.. Syntax.All<BaseTypeDeclarationSyntax>(file).Select(type => type.Identifier.Text)];
        foreach (SyntaxNode node in Syntax.Parse(file).DescendantNodes())
        {
            bool isWhole = node is NameSyntax && node.Parent is not QualifiedNameSyntax and not BaseNamespaceDeclarationSyntax
                || node is MemberAccessExpressionSyntax && node.Parent is not MemberAccessExpressionSyntax;
            string[] parts = isWhole ? node.ToString().Split('.') : [];
            if (isWhole && !own.Contains(parts[0]) && Folder(parts) is { } folder)
                yield return (folder, Syntax.LineOf(node));
        }
    }

    /// <summary>The folder that a dotted name starts with: RingShm.Spsc, RingShm.Spsc.X, or Spsc.X seen from within RingShm.</summary>
    private static string? Folder(string[] parts)
    {
        string? first = parts is ["RingShm" or "global::RingShm", var second, ..] ? second : parts.Length > 1 ? parts[0] : null;
        return first == "Cli" || (first != null && Arrows.ContainsKey(first)) ? first : null;
    }
}
